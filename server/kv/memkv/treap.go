package memkv

import (
	"bytes"
	"hash/fnv"

	"nuo.internal/nuo/server/kv"
)

// node is the root of a persistent treap (Seidel and Aragon, "Randomized search trees", 1996): a search tree by key
// and a heap by priority, whose operations copy the path that they change, O(log n) on average. A root is thus a
// snapshot for ever. The priority is the key's hash, so that equal contents have equal trees.
type node struct {
	key, value  []byte
	version     kv.Position // of the commit that wrote it
	priority    uint32
	left, right *node
}

func newNode(key, value []byte, version kv.Position) *node {
	h := fnv.New32a()
	h.Write(key)
	p := h.Sum32() * 0x9e3779b1 // FNV's last bytes hardly reach the high bits
	return &node{key: key, value: value, version: version, priority: p ^ p>>15}
}

// find returns the node of key, nil when there is none.
func (n *node) find(key []byte) *node {
	for n != nil {
		switch c := bytes.Compare(key, n.key); {
		case c == 0:
			return n
		case c < 0:
			n = n.left
		default:
			n = n.right
		}
	}
	return nil
}

// split returns what is below and what is above key, without key's own node.
func (n *node) split(key []byte) (below, above *node) {
	if n == nil {
		return nil, nil
	}
	c := bytes.Compare(key, n.key)
	if c == 0 {
		return n.left, n.right
	}
	m := *n
	if c < 0 {
		below, m.left = n.left.split(key)
		return below, &m
	}
	m.right, above = n.right.split(key)
	return &m, above
}

// join returns the union of a and b, all of whose keys are above a's.
func join(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.priority > b.priority:
		m := *a
		m.right = join(a.right, b)
		return &m
	default:
		m := *b
		m.left = join(a, b.left)
		return &m
	}
}

func (n *node) put(key, value []byte, version kv.Position) *node {
	below, above := n.split(key)
	return join(join(below, newNode(key, value, version)), above)
}

func (n *node) delete(key []byte) *node {
	if n.find(key) == nil {
		return n
	}
	return join(n.split(key))
}

// scan returns a function that gives the nodes of r one by one, and nil after the last.
func (n *node) scan(r kv.Range) func() *node {
	var path []*node // those whose turn comes after their near side's
	descend := func(n *node) {
		for n != nil {
			switch {
			case r.Start != nil && bytes.Compare(n.key, r.Start) < 0:
				n = n.right
			case r.End != nil && bytes.Compare(n.key, r.End) >= 0:
				n = n.left
			default:
				path = append(path, n)
				if n = n.left; r.Reverse {
					n = path[len(path)-1].right
				}
			}
		}
	}
	descend(n)
	return func() *node {
		if len(path) == 0 {
			return nil
		}
		m := path[len(path)-1]
		path = path[:len(path)-1]
		if r.Reverse {
			descend(m.left)
		} else {
			descend(m.right)
		}
		return m
	}
}
