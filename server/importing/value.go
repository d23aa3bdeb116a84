package importing

import "slices"

// The limits of what files may hold, together.
const (
	maxBytes  = 4 << 20
	maxItems  = 20_000
	maxValues = 400_000 // after aliases are followed
	maxDepth  = 20
)

type valueKind int

const (
	absent valueKind = iota // empty: as if it were not there
	scalar
	list
	mapping
)

// value is what a file says at one place, before anybody knows what it means.
type value struct {
	at     spot
	kind   valueKind
	text   string
	list   []*value
	fields []field
}

// field is a key of a mapping with its value. key is canonical: Chinese keys are translated already.
type field struct {
	key   string
	at    spot
	value *value
}

// items are the values of a list; a scalar is a list of one, so that teams: tianping is understood.
func (v *value) items() []*value {
	switch v.kind {
	case list:
		return slices.DeleteFunc(slices.Clone(v.list), func(v *value) bool { return v.kind == absent })
	case absent:
		return nil
	default:
		return []*value{v}
	}
}
