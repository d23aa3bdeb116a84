// Package name masks people's names where a name must not be shown whole, such as on the board: one rule, in one place.
// It is pure and keeps nothing.
package name

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stars follow whatever is left of a name, however long the name was.
const stars = "**"

// dots are the characters that people type for the dot between the parts of a name (·, U+00B7, is the right one).
const dots = "·•‧・･∙⋅．."

// compound are the surnames of two characters that are kept whole. A pair whose first character is itself a common
// surname and whose second is common in given names (段干, 梁丘, 宗政, 单于) is left out: of such a name less is shown
// rather than more.
var compound = strings.Fields(`
	欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 轩辕 宇文 长孙 端木 南宫 西门 独孤 呼延 闻人 申屠 淳于 太史
	澹台 公冶 仲孙 钟离 鲜于 闾丘 司空 司寇 亓官 巫马 公西 颛孙 壤驷 公良 漆雕 夹谷 拓跋 百里 东郭 左丘 羊舌 微生 万俟 赫连
	濮阳 公羊 第五 太叔 即墨 达奚 褚师 哥舒 完颜 纳兰 叶赫
	歐陽 司馬 諸葛 東方 尉遲 公孫 軒轅 長孫 南宮 西門 獨孤 聞人 澹臺 仲孫 鍾離 鮮于 閭丘 巫馬 顓孫 壤駟 東郭
	萬俟 赫連 濮陽 達奚 褚師 納蘭 葉赫
`)

// Mask is what may be shown of a full name: the surname, and two stars whatever the name's length. 张三丰 is 张**,
// 欧阳锋 is 欧阳**; of a name with a dot it is the first character (阿卜杜拉·买买提 is 阿**), of one in another script
// the first letter (John Smith is J**), for which word of it is the surname cannot be told. Spaces inside the name do
// not matter. At least one character of a name of two or more is never shown. A name without anything to show is **.
func Mask(full string) string {
	shown := visible(full)
	if len(shown) == 0 {
		return stars
	}
	// 欧阳 alone may be 欧 with the given name 阳: a compound surname has a given name behind it.
	if len(shown) > 2 && !strings.ContainsAny(full, dots) && slices.Contains(compound, string(shown[:2])) {
		return string(shown[:2]) + stars
	}
	return string(shown[:1]) + stars
}

// visible are the characters of a name that stand by themselves. It leaves out rather than takes in by class: a rare
// character may be younger than the tables of classes.
func visible(full string) []rune {
	runes := make([]rune, 0, len(full))
	for _, r := range full {
		if r == utf8.RuneError || r == '*' || unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsMark(r) ||
			unicode.In(r, unicode.Cc, unicode.Cf) {
			continue
		}
		runes = append(runes, r)
	}
	return runes
}
