package name_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"nuo.internal/nuo/server/name"
)

func TestOKMask(t *testing.T) {
	for _, test := range []struct{ full, want, why string }{
		{"张三", "张**", "two characters"},
		{"张三丰", "张**", "three: the mask does not tell the length"},
		{"张三丰四", "张**", "four"},
		{"张", "张**", "a surname alone"},
		{"欧阳锋", "欧阳**", "a compound surname"},
		{"歐陽鋒", "歐陽**", "in traditional characters"},
		{"诸葛孔明", "诸葛**", "compound, given name of two"},
		{"欧阳", "欧**", "two characters that could be surname and given name: nothing of the given name"},
		{"梁丘山", "梁**", "more likely 梁 with 丘山: less rather than more"},
		{"张 三", "张**", "a space for lining up"},
		{"欧　阳　锋", "欧阳**", "wide spaces"},
		{" 张三 ", "张**", "spaces around"},
		{"阿卜杜拉·买买提", "阿**", "a dot: the first character"},
		{"欧阳·锋", "欧**", "a dot wins over the list"},
		{"迪丽热巴•迪力木拉提", "迪**", "the dot as people type it"},
		{"迪丽热巴．迪力木拉提", "迪**", "another one"},
		{"𠮷野家", "𠮷**", "a rare character of another plane"},
		{"\U000323b0三", "\U000323b0**", "one that is younger than the tables"},
		{"〇一", "〇**", "a character that is a number by class"},
		{"葛\U000e0100三", "葛**", "a variation selector is no character"},
		{"John Smith", "J**", "Latin"},
		{"  émile Zola", "é**", "a composed letter"},
		{"e\u0301mile Zola", "e**", "a decomposed one loses its mark"},
		{"O'Brien", "O**", "an apostrophe"},
		{"", "**", "nothing"},
		{" \t", "**", "nothing to show"},
		{"***", "**", "masked away already"},
		{"张**", "张**", "masked already"},
		{"欧阳**", "欧**", "a second mask may show less, never more"},
		{"\xff张三", "张**", "broken bytes are left out"},
	} {
		if got := name.Mask(test.full); got != test.want {
			t.Errorf("%q: %q, want %q (%s)", test.full, got, test.want, test.why)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"张三", "欧阳锋", "欧阳", "阿卜杜拉·买买提", "John Smith", "", "𠮷野家", "\xff", "e\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, full string) {
		got := name.Mask(full)
		shown, ok := strings.CutSuffix(got, "**")
		if !ok || !utf8.ValidString(got) {
			t.Fatalf("%q: %q is no mask", full, got)
		}
		n := utf8.RuneCountInString(shown)
		if n > 2 {
			t.Fatalf("%q: %q shows %d characters", full, got, n)
		}
		if n > 0 && n == utf8.RuneCountInString(strings.TrimSpace(full)) && n > 1 {
			t.Fatalf("%q: %q shows the whole name", full, got)
		}
		if strings.ContainsAny(shown, "* \n\t\u202e") {
			t.Fatalf("%q: %q shows what is no character of a name", full, got)
		}
		for _, r := range shown {
			if !strings.ContainsRune(full, r) {
				t.Fatalf("%q: %q shows what the name does not hold", full, got)
			}
		}
		if again := name.Mask(full); again != got {
			t.Fatalf("%q: %q, then %q", full, got, again)
		}
	})
}
