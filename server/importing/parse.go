package importing

import (
	"bytes"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
)

// parser turns files into items.
type parser struct {
	d          *diagnostics
	zone       *time.Location
	district   string
	items      []*item
	named      map[string]*item // by resource name
	seen       map[string]spot  // by namespace and key
	references []reference
	full       bool
}

// parse reads the files as one. The items are in the order of their files; they are worth something only when there
// is no diagnostic.
func parse(files []*nuov1.ImportFile, district string, zone *time.Location) *parser {
	p := &parser{
		d: &diagnostics{}, zone: zone, district: district,
		named: map[string]*item{}, seen: map[string]spot{},
	}
	var documents []*value
	size := 0
	names := map[string]bool{}
	for _, f := range files {
		if size += len(f.GetContent()); size > maxBytes {
			p.d.add(spot{f.GetName(), 1, 1}, "", sayf("the files are larger than 4 MiB", "文件总计超过 4 MiB"),
				sayf("split them and apply one part after the other", "请拆分后分批导入"))
			break
		}
		if names[f.GetName()] {
			p.d.add(spot{f.GetName(), 1, 1}, "", sayf("two files have this name", "有两个文件同名"),
				sayf("rename one, or leave it out", "请改名或不要重复导入"))
			continue
		}
		names[f.GetName()] = true
		if v := p.tree(f); v != nil {
			documents = append(documents, v)
		}
	}
	p.documents(documents)
	return p
}

// tree is the values of one file, nil where it could not be read.
func (p *parser) tree(f *nuov1.ImportFile) *value {
	text, ok := decode(f.GetName(), f.GetContent(), p.d)
	if !ok {
		return nil
	}
	switch strings.ToLower(path.Ext(f.GetName())) {
	case ".yaml", ".yml":
		return readYAML(f.GetName(), text, p.d)
	case ".csv":
		return readCSV(f.GetName(), text, p.d)
	default:
		p.d.add(spot{f.GetName(), 1, 1}, "", sayf("the kind of file is not known", "不支持这种文件"),
			sayf("name it .yaml or .csv; save a spreadsheet as CSV", "请使用 .yaml 或 .csv；表格请另存为 CSV"))
		return nil
	}
}

// decode brings a file to UTF-8 and names the characters that no text may hold.
func decode(file string, content []byte, d *diagnostics) ([]byte, bool) {
	text := bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			d.add(spot{file, 1, 1}, "", sayf("the text is neither UTF-8 nor GB18030", "文字编码既不是 UTF-8 也不是 GB18030"),
				sayf("save the file as CSV UTF-8, or as text in UTF-8", "请另存为 UTF-8 编码的 CSV 或文本"))
			return nil, false
		}
		text = decoded
	}
	before := len(d.found)
	line, column := 1, 0
	for _, r := range string(text) {
		column++
		switch {
		case r == '\n':
			line, column = line+1, 0
		case r == '\r' || r == '\t' || !rpc.Hidden(r):
		case len(d.found)-before < 10:
			d.add(spot{file, line, column}, "", sayf("the character U+%04X cannot be seen", "含有不可见字符 U+%04X", r),
				sayf("remove it, or type the text anew", "请删除该字符，或重新输入"))
		}
	}
	if len(d.found) > before {
		return nil, false
	}
	if len(bytes.TrimFunc(text, unicode.IsSpace)) == 0 {
		d.add(spot{file, 1, 1}, "", sayf("the file is empty", "文件是空的"),
			sayf("write at least one item, or leave the file out", "至少写一项，或不要导入此文件"))
		return nil, false
	}
	return text, true
}

// documents reads lists before the tables that refer to them.
func (p *parser) documents(documents []*value) {
	var later []func()
	for _, v := range documents {
		r, ok := p.open(v, append([]string{"shifts", "doors"}, documentKeys...))
		if !ok {
			continue
		}
		p.each(r, "organisations", p.organisation)
		p.each(r, "volunteers", p.volunteer)
		p.each(r, "served_parties", p.servedParty)
		p.each(r, "lists", p.list)
		later = append(later, func() {
			p.each(r, "shifts", p.tableShift)
			p.each(r, "doors", p.tableDoor)
		})
		if len(v.fields) == 0 {
			p.d.add(v.at, "", sayf("the file is empty", "文件是空的"),
				sayf("write at least one item, or leave the file out", "至少写一项，或不要导入此文件"))
		}
	}
	for _, read := range later {
		read()
	}
	p.relief()
}

// each reads every value of a list with the keys of its kind.
func (p *parser) each(r *reader, key string, read func(*value)) {
	v := r.value(key)
	if v.kind == scalar {
		r.wrong(key, sayf("a list is expected here", "此处应为列表"), sayf("begin each item with a hyphen", "每项以连字符 - 开头"))
		return
	}
	for _, one := range v.items() {
		if !p.full {
			read(one)
		}
	}
}
