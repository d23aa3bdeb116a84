package importing

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader reads one mapping: it hands out the fields by key, keeps where each stands, and names what nobody asked for.
type reader struct {
	p    *parser
	v    *value
	keys []string
}

// open begins to read a mapping that may have these keys. False when it is none.
func (p *parser) open(v *value, keys []string) (*reader, bool) {
	if v.kind != mapping {
		p.d.add(v.at, "", sayf("keys and values are expected here", "此处应为若干“键: 值”"),
			sayf("write key: value, one a line", "请写成 键: 值，每行一个"))
		return nil, false
	}
	for _, f := range v.fields {
		if !slices.Contains(keys, f.key) {
			unknownKey(p.d, f, keys)
		}
	}
	return &reader{p, v, keys}, true
}

// at is where the key's value stands, or the mapping when it is not there.
func (r *reader) at(key string) spot {
	if v := r.value(key); v.kind != absent {
		return v.at
	}
	return r.v.at
}

var nothing = &value{}

func (r *reader) value(key string) *value {
	for _, f := range r.v.fields {
		if f.key == key {
			return f.value
		}
	}
	return nothing
}

func (r *reader) has(key string) bool { return r.value(key).kind != absent }

// wrong names a mistake in the key's value.
func (r *reader) wrong(key string, what, remedy said) { r.p.d.add(r.at(key), key, what, remedy) }

// text is the key's text without surrounding space, empty when it is not there.
func (r *reader) text(key string) string {
	v := r.value(key)
	switch v.kind {
	case absent:
		return ""
	case scalar:
		return strings.TrimSpace(v.text)
	default:
		r.wrong(key, sayf("one text is expected here", "此处应为一段文字"), sayf("write %s: text", "请写成 %s: 文字", key))
		return ""
	}
}

// need is text that must be there and not be blank.
func (r *reader) need(key string) string {
	v := r.value(key)
	if v.kind == absent || v.kind == scalar && strings.TrimSpace(v.text) == "" {
		r.wrong(key, sayf("%s is missing", "缺少 %s", key), sayf("add %s", "请填写 %s", key))
		return ""
	}
	return r.text(key)
}

func (r *reader) texts(key string) []string {
	var all []string
	for _, v := range r.value(key).items() {
		if v.kind != scalar {
			r.p.d.add(v.at, key, sayf("one text is expected here", "此处应为一段文字"), sayf("write a list of words", "请写成词的列表"))
			continue
		}
		all = append(all, strings.TrimSpace(v.text))
	}
	return all
}

func (r *reader) yes(key string) bool { return one(r, key, yesNo) }

// one is the meaning of the key's word, the zero value when it is not there.
func one[E any](r *reader, key string, w words[E]) (e E) {
	text := r.text(key)
	if text == "" {
		return e
	}
	e, ok := w.find(text)
	if !ok {
		r.wrong(key, sayf("the word is not known here", "此处不能使用这个词"), sayf("use one of: %s", "可用的有：%s", w.choice()))
	}
	return e
}

func (r *reader) number(key string) int32 {
	text := r.text(key)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		r.wrong(key, sayf("this is not a whole number", "不是整数"), sayf("write digits alone, such as 4", "请只写数字，例如 4"))
	}
	return int32(n)
}

var idPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// id is an id that becomes part of a resource name.
func (r *reader) id(key string) string {
	text := r.need(key)
	if text != "" && !idPattern.MatchString(text) {
		r.wrong(key, sayf("this is not an id", "不是有效的编号"),
			sayf("use 1 to 63 lower-case letters a-z, digits and hyphens", "请用 1 至 63 个小写字母 a-z、数字和连字符"))
		return ""
	}
	return text
}

// ref is a resource name of the collection, written in full or as its id alone; empty when it is not there.
func (r *reader) ref(key, collection string) string {
	return r.p.ref(r.text(key), collection, r.at(key), key)
}

func (p *parser) ref(text, collection string, at spot, key string) string {
	if text == "" {
		return ""
	}
	id := strings.TrimPrefix(text, collection+"/")
	if !idPattern.MatchString(id) {
		p.d.add(at, key, sayf("this is no name of %s", "不是 %s 的名称", collection),
			sayf("write its id, or %s/ and its id", "请写编号，或 %s/ 加编号", collection))
		return ""
	}
	return collection + "/" + id
}

// date is a day, as YYYY-MM-DD; 2020/2/8 and 2020年2月8日 are understood.
func (r *reader) date(key string) string {
	text := r.text(key)
	if text == "" {
		return ""
	}
	for _, layout := range []string{time.DateOnly, "2006/1/2", "2006-1-2", "2006年1月2日"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	r.wrong(key, sayf("there is no such day", "没有这一天"), sayf("write a day of the calendar as 2020-02-08", "请写成 2020-02-08 这样存在的日期"))
	return ""
}
