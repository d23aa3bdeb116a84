package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"nuo.internal/nuo/matcher/instance"
)

// What nuo match solve says; the rules stand in words.go.
var (
	sayNoProblemFile   = text{"There is no file %s.", "没有文件 %s。"}
	sayProblemIsFolder = text{"%s is a directory; name a file in it.", "%s 是目录，请指明其中的文件。"}
	sayEmptyFile       = text{"%s is empty.", "%s 是空文件。"}
	sayBinaryFile      = text{
		"%s is not text; it takes UTF-8 text, packed with gzip or not.", "%s 不是文本文件；应为 UTF-8 文本，可用 gzip 压缩。",
	}
	sayTornFile   = text{"%s cannot be unpacked (%s): copy or pack it again.", "%s 无法解压（%s），请重新复制或压缩。"}
	sayUnpacked   = text{"%s holds more than %d bytes when unpacked: unpack it first.", "%s 解压后超过 %d 字节，请先解压。"}
	sayPairsFirst = text{
		"%s:%d: an e line before any s line; the shifts come first.", "%s:%d：e 行之前没有 s 行，应先写班次。",
	}
	sayNoProblem   = text{"%s holds neither a p line nor an s line.", "%s 中既没有 p 行也没有 s 行。"}
	sayWrongLine   = text{"%s:%d: %s.", "%s:%d：%s。"}
	sayWrongFile   = text{"%s: %s.", "%s：%s。"}
	sayFormatsHelp = text{" nuo match solve --help describes both formats.", "两种格式见 nuo match solve --help。"}

	saySecondsFlag = text{
		"improve a roster for so many seconds at most; 0: until it is proved best", "排班最多改进几秒；0 为直到证明最优",
	}
	sayBadSeconds = text{
		"--seconds takes a number from 0 (until it is proved best) to 1000000.", "--seconds 应为 0（直到证明最优）至 1000000 的数。",
	}
	sayBadSteps    = text{"--steps takes a number from 0 (no limit) on.", "--steps 应为不小于 0 的数，0 为不限。"}
	saySolving     = text{"solving", "正在求解"}
	saySolveStep   = text{"%d filled, rank %d, at least %d, %.0f s", "已填 %d，志愿合计 %d，下界 %d，%.0f 秒"}
	sayBestSoFar   = text{"Interrupted: this is the best found so far.", "已中断：以下是目前找到的最好结果。"}
	sayProblemRow  = text{"problem", "问题"}
	sayFilledRow   = text{"filled", "填满"}
	sayServingRow  = text{"volunteers", "志愿者"}
	sayRanksRow    = text{"ranks", "志愿"}
	sayProvedRow   = text{"proved", "证明"}
	sayOneEach     = text{"one shift each", "每人一班"}
	saySeveralEach = text{"several shifts each", "每人多班"}
	sayProblemSize = text{
		"%s: %d volunteers, %d shifts with %d slots, %d eligible pairs", "%s：%d 名志愿者，%d 个班次共 %d 个名额，%d 对可选",
	}
	sayFilledOf    = text{"%d of %d slots", "%d/%d 个名额"}
	sayServing     = text{"%d of %d have a shift", "%[2]d 人中 %[1]d 人有班次"}
	sayServingMost = text{"%d of %d have a shift, %d shifts at most", "%[2]d 人中 %[1]d 人有班次，每人最多 %[3]d 班"}
	sayRankCount   = text{"%d × rank %d", "第 %[2]d 志愿 %[1]d 个"}
	sayRanksBeyond = text{"%d × up to rank %d", "至第 %[2]d 志愿 %[1]d 个"}
	sayBest        = text{
		"best: none fills more, and none that fills as many has a lower sum of ranks", "最优：没有方案填得更多；填得同样多的，志愿合计都不更低",
	}
	sayWithin = text{
		"none fills more; the sum of ranks is at most %.2f %% above the least", "没有方案填得更多；志愿合计比最低者至多高 %.2f%%",
	}
	sayUnproved = text{
		"the slots are not proved best; among plans that fill as many, ranks are at most %.2f %% above the least",
		"未证明填得最多；填得同样多的方案中，志愿合计比最低者至多高 %.2f%%",
	}
	sayNoProof = text{
		"nothing yet about the sum of ranks; a longer --seconds may tell", "志愿合计尚无有用的下界，可加长 --seconds",
	}
	sayNeither = text{
		"not that no more can be filled, and nothing yet about the sum of ranks; a longer --seconds may tell",
		"未证明填得最多，志愿合计也尚无有用的下界，可加长 --seconds",
	}
	sayMoreSlots = text{
		"At most %d more slots could be filled; the bound below holds for plans that fill as many as this one.",
		"至多还能再填 %d 个名额；下一行的 bound 只对填得同样多的方案成立。",
	}
)

// misread says what is wrong with a problem's file and where.
func misread(name string, err error) text {
	var line *instance.LineError
	var broken *unread
	switch {
	case errors.As(err, &broken):
		return sayNoFile.with(name, reasonOf(broken.error))
	case errors.Is(err, errEmptyFile):
		return then(sayEmptyFile.with(name), sayFormatsHelp)
	case errors.Is(err, errBinaryFile):
		return then(sayBinaryFile.with(name), sayFormatsHelp)
	case errors.As(err, &line) && noShifts.MatchString(line.Why):
		return then(sayPairsFirst.with(name, line.Line), sayFormatsHelp)
	case errors.As(err, &line):
		return then(text{counted(sayWrongLine.with(name, line.Line, line.Why)).en, sayWrongLine.with(name, line.Line, lineInChinese(line.Why)).zh},
			sayFormatsHelp)
	case errors.Is(err, instance.ErrNothing):
		return then(sayNoProblem.with(name), sayFormatsHelp)
	case errors.Is(err, instance.ErrUnpacked):
		return sayUnpacked.with(name, instance.MaxUnpacked)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, io.ErrUnexpectedEOF),
		strings.HasPrefix(err.Error(), "flate:"):
		return sayTornFile.with(name, err)
	}
	return sayWrongFile.with(name, strings.TrimPrefix(err.Error(), "matcher: "))
}

// noShifts is what instance.Read finds where pairs come before all shifts.
var noShifts = regexp.MustCompile(`^shift is .+, above -1$`)

// countable are the words of which English has another form for one.
var countable = regexp.MustCompile(`\b1 (volunteer|shift|slot|pair|more slot|free slot|eligible pair|pair)s\b`)

// counted is the text with one slot rather than 1 slots.
func counted(t text) text { return text{countable.ReplaceAllString(t.en, "1 $1"), t.zh} }

// then is one text after another.
func then(a, b text) text { return text{a.en + b.en, a.zh + b.zh} }

// numberWords are what instance.Read calls the numbers of a line.
var numberWords = map[string]string{
	"number of volunteers": "志愿者人数", "number of shifts": "班次数", "number of pairs": "可选对数", "shift": "班次",
	"day": "日期", "start": "开始", "end": "结束", "capacity": "名额", "place": "地点", "volunteer": "志愿者", "rank": "志愿",
}

// lineWords are what instance.Read finds wrong with a line; what a group matched stands at %s.
var lineWords = []struct {
	pattern *regexp.Regexp
	zh      string
}{
	{regexp.MustCompile(`^([a-z ]+) is (.+), below (-?\d+)$`), "%s为 %s，小于 %s"},
	{regexp.MustCompile(`^([a-z ]+) is (.+), above (-?\d+)$`), "%s为 %s，大于 %s"},
	{regexp.MustCompile(`^([a-z ]+) is (".*"), not a whole number$`), "%s写作 %s，不是整数"},
	{regexp.MustCompile(`^ends before its ([a-z ]+)$`), "缺少%s"},
	{regexp.MustCompile(`^begins with (".*"), not with p, s or e$`), "以 %s 开头，应以 p、s 或 e 开头"},
	{regexp.MustCompile(`^goes on after its last number: (".*")$`), "末尾多出 %s"},
	{regexp.MustCompile(`^is longer than (\d+) bytes$`), "超过 %s 字节"},
	{regexp.MustCompile("^is a `p` line, which may only come first$"), "是 p 行，p 行只能是第一行"},
	{regexp.MustCompile(`^is a shift after the first pair$`), "是班次行，应在所有 e 行之前"},
	{regexp.MustCompile(`^shift (\d+) comes before too many others$`), "班次 %s 之前缺少太多班次"},
	{regexp.MustCompile(`^shift (\d+) came before$`), "班次 %s 重复出现"},
	{regexp.MustCompile(`^shift (\d+) is missing: shifts are .*$`), "缺少班次 %s：班次从 0 起编号，应在所有 e 行之前"},
	{regexp.MustCompile(`^shift (\d+) is missing: the header says that there are (\d+)$`), "缺少班次 %s：p 行说共有 %s 个"},
	{regexp.MustCompile(`^is a pair more than the (\d+) that the header says$`), "可选对多于 p 行所说的 %s 对"},
	{regexp.MustCompile(`^is a pair more than (\d+)$`), "可选对多于 %s 对"},
	{regexp.MustCompile(`^is the end after (\d+) pairs, the header says (\d+)$`), "到此结束时有 %s 对可选，p 行说有 %s 对"},
}

// lineInChinese is what instance.Read says of a line, in Chinese; what it has no words for stays as it is.
func lineInChinese(why string) string {
	for _, w := range lineWords {
		found := w.pattern.FindStringSubmatch(why)
		if found == nil {
			continue
		}
		groups := make([]any, len(found)-1)
		for i, group := range found[1:] {
			groups[i] = or(numberWords[group], group)
		}
		return fmt.Sprintf(w.zh, groups...)
	}
	return why
}

// solveHelp documents the two formats and the last line.
var solveHelp = text{strings.TrimSpace(solveHelpEnglish), strings.TrimSpace(solveHelpChinese)}

const solveHelpEnglish = `
Solves a matching problem from a file (or - for the standard input; gzip is unpacked) without a server: as many slots
filled as can be, then the least sum of ranks, then the fairest load.

The format is told from the first line. # begins a comment; shifts are numbered from 0 and come before the pairs.

  one shift each                    several shifts each, without overlap
  p VOLUNTEERS SHIFTS PAIRS
  s SHIFT CAPACITY                  s SHIFT DAY START END CAPACITY PLACE    (half hours since day 0)
  e VOLUNTEER SHIFT RANK            e VOLUNTEER SHIFT RANK                  (rank 1: most wanted)

One shift each is solved exactly, however long that takes. Several shifts each, where a volunteer takes at most 4 shifts
and 24 half hours and needs a free half hour between two places, is improved until it is proved best, --seconds are over,
--steps are done, or Ctrl-C; then the best that was found is shown. With --steps and without --seconds there is no limit
of time, and the same --seed finds the same plan on every machine.

The last line is: filled F rank R bound B seconds S
  F  filled slots
  R  sum of the ranks, less is better
  B  no plan that fills F slots has a sum of ranks below B: R = B is the least there is. Where it is not proved that F
     is the most, a line before says how many more slots could be filled at most.
  S  seconds of solving, without reading the file

With -o json everything is one JSON object instead.
`

const solveHelpChinese = `
不经服务器，求解文件中的匹配问题（- 为标准输入；gzip 自动解压）：先尽量填满名额，再使志愿合计最小，再使负担最均。

格式由首行判断。# 之后为注释；班次从 0 起编号，应在所有 e 行之前。

  每人一班                          每人多班，时间不重叠
  p 志愿者数 班次数 可选对数
  s 班次 名额                       s 班次 日 开始 结束 名额 地点           （自第 0 日起的半小时数）
  e 志愿者 班次 志愿                e 志愿者 班次 志愿                      （志愿 1 为最想去）

每人一班求得精确的最优解，需要多久就算多久。每人多班（每人最多 4 班、24 个半小时，换地点须空半小时）则不断改进，直到证明最优、
--seconds 用完、--steps 做完或按 Ctrl-C，然后给出找到的最好结果。只给 --steps 不给 --seconds 时不限时间，同样的 --seed 在任何
机器上得到同样的方案。

最后一行为：filled F rank R bound B seconds S
  F  填满的名额数
  R  志愿合计，越小越好
  B  填满 F 个名额的方案，志愿合计都不低于 B；R = B 即为最小。若未证明 F 为最多，前一行说明至多还能再填几个。
  S  求解所用的秒数，不含读文件

加 -o json 则只输出一个 JSON 对象。
`
