package importing

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

var yamlLine = regexp.MustCompile(`line (\d+)`)

// readYAML parses a document into values. Aliases are followed, up to maxValues in all.
func readYAML(file string, content []byte, d *diagnostics) *value {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var node, more yaml.Node
	err := decodeYAML(decoder, &node)
	switch {
	case errors.Is(err, io.EOF):
		d.add(spot{file, 1, 1}, "", sayf("the file is empty", "文件是空的"),
			sayf("write at least one item, or leave the file out", "至少写一项，或不要导入此文件"))
		return nil
	case err != nil:
		d.add(yamlPlace(file, err), "", sayf("this is not well-formed YAML", "不是正确的 YAML"),
			sayf("look at the indentation, colons and quotes here and on the line before", "请检查此处和上一行的缩进、冒号和引号"))
		return nil
	}
	w := &yamlWalk{file: file, d: d, left: maxValues}
	v := w.value(&node, 0)
	if err := decodeYAML(decoder, &more); err == nil {
		at := spot{file, max(more.Line, 1), max(more.Column, 1)}
		d.add(at, "", sayf("a second document begins here", "此处开始了第二个文档"),
			sayf("keep one document in a file: remove the line ---", "一个文件只能有一个文档，请删除 --- 行"))
	}
	return v
}

// decodeYAML is Decode, and an error where the library panics on bytes that it does not understand.
func decodeYAML(decoder *yaml.Decoder, node *yaml.Node) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not YAML")
		}
	}()
	return decoder.Decode(node)
}

func yamlPlace(file string, err error) spot {
	at := spot{file, 1, 1}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			at.line = n
		}
	}
	return at
}

// yamlWalk turns nodes into values.
type yamlWalk struct {
	file string
	d    *diagnostics
	left int
	full bool
}

func (w *yamlWalk) value(n *yaml.Node, depth int) *value {
	v := &value{at: spot{w.file, max(n.Line, 1), max(n.Column, 1)}}
	w.left--
	if w.full || w.left < 0 || depth > maxDepth {
		if !w.full {
			w.d.add(v.at, "", sayf("too much, too deep, or an alias of itself", "内容过多、层次过深，或引用了自身"),
				sayf("split the file and write out the aliases", "请拆分文件，并展开引用"))
		}
		w.full = true
		return v
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return w.value(n.Content[0], depth)
	case yaml.AliasNode:
		aliased := w.value(n.Alias, depth+1)
		aliased.at = v.at
		return aliased
	case yaml.ScalarNode:
		if n.ShortTag() != "!!null" {
			v.kind, v.text = scalar, n.Value
		}
	case yaml.SequenceNode:
		v.kind = list
		for _, c := range n.Content {
			v.list = append(v.list, w.value(c, depth+1))
		}
	case yaml.MappingNode:
		w.mapping(v, n, depth)
	}
	return v
}

func (w *yamlWalk) mapping(v *value, n *yaml.Node, depth int) {
	v.kind = mapping
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		at := spot{w.file, max(k.Line, 1), max(k.Column, 1)}
		if k.Kind != yaml.ScalarNode {
			w.d.add(at, "", sayf("a key must be one word", "键须为一个词"), sayf("write key: value", "请写成 键: 值"))
			continue
		}
		key := keyOf(k.Value)
		if seen[key] {
			w.d.add(at, key, sayf("the key stands here twice", "键重复"), sayf("keep one of the two", "请只保留一个"))
			continue
		}
		seen[key] = true
		v.fields = append(v.fields, field{key, at, w.value(n.Content[i+1], depth+1)})
	}
}
