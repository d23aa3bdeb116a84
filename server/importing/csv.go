package importing

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// readCSV parses a table into a mapping with one key, the kind that its header tells, whose value is the list of rows.
func readCSV(file string, content []byte, d *diagnostics) *value {
	r := &csvFile{file: file, d: d, lines: bytes.Split(content, []byte("\n")), reader: csv.NewReader(bytes.NewReader(content))}
	r.reader.Comma = comma(r.lines)
	r.reader.FieldsPerRecord = -1
	header, kind := r.header()
	if kind == nil {
		return nil
	}
	rows := &value{at: spot{file, 1, 1}, kind: list}
	for cells := 0; cells <= maxValues; {
		record, err := r.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.broken(err)
			return nil
		}
		cells += len(record)
		if row := r.row(header, record); row != nil {
			rows.list = append(rows.list, row)
		}
	}
	if len(rows.list) == 0 && !d.any() {
		d.add(spot{file, 2, 1}, "", sayf("there is no row below the header", "表头下没有任何行"),
			sayf("write at least one row, or leave the file out", "至少写一行，或不要导入此文件"))
	}
	return &value{at: rows.at, kind: mapping, fields: []field{{kind.key, rows.at, rows}}}
}

// comma is the separator that the header uses: Excel writes ; or tabs in some places of the world.
func comma(lines [][]byte) rune {
	for _, c := range ",\t;" {
		if bytes.ContainsRune(lines[0], c) {
			return c
		}
	}
	return ','
}

type csvFile struct {
	file   string
	d      *diagnostics
	lines  [][]byte
	reader *csv.Reader
}

// at is the place of a field of the record that was read last. The reader counts columns in bytes.
func (r *csvFile) at(i int) spot {
	line, column := r.reader.FieldPos(i)
	return r.inCharacters(line, column)
}

func (r *csvFile) inCharacters(line, column int) spot {
	if line >= 1 && line <= len(r.lines) {
		text := r.lines[line-1]
		column = utf8.RuneCount(text[:min(max(column-1, 0), len(text))]) + 1
	}
	return spot{r.file, max(line, 1), max(column, 1)}
}

func (r *csvFile) broken(err error) {
	at := spot{r.file, 1, 1}
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		at = r.inCharacters(parse.Line, parse.Column)
	}
	r.d.add(at, "", sayf("a quotation mark is not closed or stands alone", "引号没有成对"),
		sayf(`write "" for one within a cell, or save the table as CSV again`, `单元格内的引号请写成 ""，或重新另存为 CSV`))
}

// header reads the first row and finds the kind that knows all its columns.
func (r *csvFile) header() ([]field, *table) {
	record, err := r.reader.Read()
	if errors.Is(err, io.EOF) {
		r.d.add(spot{r.file, 1, 1}, "", sayf("the file is empty", "文件是空的"),
			sayf("write a header row and at least one row", "请写一行表头和至少一行内容"))
		return nil, nil
	}
	if err != nil {
		r.broken(err)
		return nil, nil
	}
	header := make([]field, len(record))
	keys := make([]string, len(record))
	for i, name := range record {
		header[i] = field{key: keyOf(name), at: r.at(i)}
		keys[i] = header[i].key
	}
	kind := tableOf(keys)
	if kind == nil {
		r.d.add(header[0].at, "", sayf("the header is of no kind that can be imported", "无法从表头判断导入的是什么"),
			sayf("name the columns of volunteers (id, name), served parties (id, community, door), shifts (list, task, place, time, capacity) or doors (list, task)",
				"表头须为志愿者（编号、姓名）、服务对象（编号、社区、门牌）、班次（清单、任务、地点、时间、名额）或入户项（清单、任务）之一"))
		return nil, nil
	}
	for i := range header {
		header[i].key = keys[i]
		h := header[i]
		switch {
		case slices.Contains(keys[:i], h.key):
			r.d.add(h.at, h.key, sayf("the column stands here twice", "列重复"), sayf("keep one of the two", "请只保留一列"))
		case !slices.Contains(kind.columns, h.key):
			unknownKey(r.d, h, kind.columns)
			header[i].key = "" // said once; its cells are left out
		}
	}
	return header, kind
}

// row turns cells into a mapping; nil for an empty row.
func (r *csvFile) row(header []field, record []string) *value {
	row := &value{at: r.at(0), kind: mapping}
	full := false
	for i, cell := range record {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		full = true
		if i >= len(header) {
			r.d.add(r.at(i), "", sayf("the row has more cells than the header", "此行的单元格比表头多"),
				sayf("put a text with a comma between quotation marks", "含逗号的文字请加引号"))
			break
		}
		if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@", rune(cell[1])) {
			cell = cell[1:] // as spreadsheets are kept from reading a formula
		}
		if header[i].key == "" {
			continue
		}
		row.fields = append(row.fields, field{header[i].key, r.at(i), cellValue(header[i].key, cell, r.at(i))})
	}
	if !full {
		return nil
	}
	return row
}

// cellValue splits the cells of columns that hold several values.
func cellValue(key, cell string, at spot) *value {
	v := &value{at: at, kind: scalar, text: cell}
	if !slices.Contains(listColumns, key) {
		return v
	}
	parts := strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(";；、，|", c) })
	v = &value{at: at, kind: list}
	for _, part := range parts {
		v.list = append(v.list, &value{at: at, kind: scalar, text: strings.TrimSpace(part)})
	}
	return v
}
