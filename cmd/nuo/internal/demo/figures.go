package demo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// figure is a number of the story, and how it is read back from the server.
type figure struct {
	name text
	want string
	read func(*play, context.Context) (string, error)
}

// theFigures are what must have come of the play.
var theFigures = slices.Concat(peopleFigures, listFigures, contractFigures, boardFigures, reportFigures)

var peopleFigures = []figure{
	{text{"members of the court in service", "法院在职党员"}, "95", counted((*play).members)},
	{text{"of them registered on 8 February", "其中2月8日已报到"}, "76", (*play).registered},
	{text{"communities where they registered", "报到的社区"}, "13", (*play).registeredWith},
	{text{"members in home quarantine", "居家隔离的党员"}, "19", (*play).exempted},
}

var listFigures = []figure{
	{text{"shifts, slots and held of 8 February", "2月8日班次、名额、在册"}, "2 10 10", fill("2020-02-08", "2020-02-09")},
	{text{"shifts, slots and held of 9 February", "2月9日班次、名额、在册"}, "8 32 27", fill("2020-02-09", "2020-02-10")},
	{text{"slots of each gate shift of 9 February", "2月9日每班名额"}, "4 4 4 4 4 4 4 4", (*play).gateCapacities},
	{text{"doors: planned, done, nobody in, open", "入户：计划、完成、无人、未到"}, "31 28 2 1", (*play).doorCounts},
	{text{"left over: doors, list, origin", "剩余：户数、清单、来源"}, "3 DRAFT " + noticesTask, (*play).leftoverFigure},
	{text{"people reached as confirmed", "确认的服务人次"}, "848", (*play).reached},
}

// contractFigures name members by their number in volunteers.yaml.
var contractFigures = []figure{
	{text{"who waited and was promoted", "候补后递补者的契约"}, "EVALUATED", state(5, theGate)},
	{text{"what happened to that contract", "该契约的履历"}, "JOIN_WAITLIST PROMOTE SIGN ACCEPT", actions(5, theGate, 1, 4)},
	{text{"and then", "之后"}, "CHECK_IN CHECK_OUT CONFIRM EVALUATE", actions(5, theGate, 5, 8)},
	{text{"who withdrew", "退出者的契约"}, "WITHDRAWN WORK", stateReason(4, theGate)},
	{text{"who declined", "婉拒者的契约"}, "DECLINED UNSPECIFIED", stateReason(6, gate("erqu", "am"))},
	{text{"who asked leave late", "请假者的契约"}, "EXCUSED FAMILY", stateReason(7, gate("sanqu", "am"))},
	{text{"who was absent and excused", "未到岗后准假者的契约"}, "EXCUSED ILLNESS", stateReason(3, theGate)},
	{text{"what happened to that contract", "该契约的履历"}, "CLAIM ACCEPT MARK_ABSENT EXCUSE", actions(3, theGate, 1, 4)},
	{text{"who took the slot at the gate", "现场顶岗者的契约"}, "CLAIM ACCEPT CHECK_IN", actions(8, theGate, 1, 3)},
	{text{"and then", "之后"}, "CHECK_OUT CONFIRM EVALUATE", actions(8, theGate, 4, 6)},
	{text{"of whom: check-in, check-out, hours", "其签到、签退、时长"}, "08:11 SITE_CODE, 12:00 LEADER, 3.82", attendance(8, theGate)},
	{text{"whom the leader checked in", "带班长代签到者"}, "08:00 LEADER, 12:00 LEADER, 4.00", attendance(5, theGate)},
	{text{"who checked in early by the code", "提前扫码签到者"}, "07:55 SITE_CODE, 12:00 LEADER, 4.08", attendance(2, theGate)},
	{text{"rating of the shift by a volunteer", "志愿者对班次的评价"}, "4", (*play).shiftRating},
	{text{"events of these three contracts", "这三份契约的事项数"}, "8 4 6", (*play).eventCounts},
	{text{"contracts that still ask for somebody", "仍待处理的契约"}, "0", (*play).attention},
}

var boardFigures = []figure{
	{text{"promises that stand on the board, fulfilled", "亮诺墙：在册、已履诺"}, "37 37", (*play).standing},
	{text{"of them with a name, by consent", "其中经本人同意展示姓名"}, "28", (*play).named},
}

// fill reads shifts, slots and how many are held of some days.
func fill(from, to string) func(*play, context.Context) (string, error) {
	return func(p *play, ctx context.Context) (string, error) {
		shifts, err := p.shiftsOf(ctx, from, to)
		var capacity, held int32
		for _, s := range shifts {
			capacity += s.GetCapacity()
			held += s.GetFill().GetHeld()
		}
		return fmt.Sprint(len(shifts), capacity, held), err
	}
}

func (p *play) shiftsOf(ctx context.Context, from, to string) ([]*nuov1.Shift, error) {
	res, err := p.shifts.ListShifts(p.as(ctx, nuov1.Role_ROLE_AUDITOR), &nuov1.ListShiftsRequest{
		Community: mingzhu, FromDate: from, ToDate: to, PageSize: 100,
	})
	return res.GetShifts(), err
}

func (p *play) gateCapacities(ctx context.Context) (string, error) {
	shifts, err := p.shiftsOf(ctx, "2020-02-09", "2020-02-10")
	var all []string
	for _, s := range shifts {
		all = append(all, fmt.Sprint(s.GetCapacity()))
	}
	return strings.Join(all, " "), err
}

func (p *play) reached(ctx context.Context) (string, error) {
	shifts, err := p.shiftsOf(ctx, "2020-02-08", "2020-02-10")
	var sum int32
	for _, s := range shifts {
		sum += s.GetPeopleReached()
	}
	return fmt.Sprint(sum), err
}

func counted[T any](list func(*play, context.Context) ([]T, error)) func(*play, context.Context) (string, error) {
	return func(p *play, ctx context.Context) (string, error) {
		all, err := list(p, ctx)
		return strconv.Itoa(len(all)), err
	}
}

func (p *play) registered(ctx context.Context) (string, error) {
	all, err := p.primary(ctx)
	return strconv.Itoa(len(all)), err
}

func (p *play) registeredWith(ctx context.Context) (string, error) {
	all, err := p.primary(ctx)
	slices.Sort(all)
	return strconv.Itoa(len(slices.Compact(all))), err
}

// primary are the communities of the members' primary registrations, one a member.
func (p *play) primary(ctx context.Context) (communities []string, err error) {
	members, err := p.members(ctx)
	for _, v := range members {
		for _, r := range v.GetRegistrations() {
			if r.GetPrimary() && r.GetFromDate() <= "2020-02-08" && r.GetToDate() == "" {
				communities = append(communities, r.GetCommunity())
			}
		}
	}
	return communities, err
}

func (p *play) exempted(ctx context.Context) (string, error) {
	members, err := p.members(ctx)
	n := 0
	for _, v := range members {
		for _, e := range v.GetExemptions() {
			if e.GetCategory() == nuov1.ExemptionCategory_EXEMPTION_CATEGORY_HOME_QUARANTINE {
				n++
			}
		}
	}
	return strconv.Itoa(n), err
}

func (p *play) doorCounts(ctx context.Context) (string, error) {
	n, err := p.doors.CountDoors(p.as(ctx, nuov1.Role_ROLE_AUDITOR), &nuov1.CountDoorsRequest{Task: noticesTask})
	return fmt.Sprint(n.GetTotal(), n.GetDone(), n.GetNobodyIn(), n.GetOpen()), err
}

func (p *play) leftoverFigure(ctx context.Context) (string, error) {
	again, list, err := p.leftoverTask(ctx)
	if err != nil {
		return "", err
	}
	n, err := p.doors.CountDoors(p.as(ctx, committee), &nuov1.CountDoorsRequest{Task: again.GetName()})
	return fmt.Sprintf("%d %s %s", n.GetTotal(), short(list.GetState(), "TASK_LIST_STATE_"), again.GetOriginTask()), err
}

// short is the name of a value without its enum's.
func short(e fmt.Stringer, prefix string) string { return strings.TrimPrefix(e.String(), prefix) }

func state(member int, shift string) func(*play, context.Context) (string, error) {
	return func(p *play, ctx context.Context) (string, error) {
		c, err := p.present(ctx, p.court[member], shift)
		return short(c.GetState(), "CONTRACT_STATE_"), err
	}
}

func stateReason(member int, shift string) func(*play, context.Context) (string, error) {
	return func(p *play, ctx context.Context) (string, error) {
		c, err := p.present(ctx, p.court[member], shift)
		return short(c.GetState(), "CONTRACT_STATE_") + " " + short(c.GetReason(), "REASON_CODE_"), err
	}
}

// actions are those of a contract's events from one number to another.
func actions(member int, shift string, from, to int64) func(*play, context.Context) (string, error) {
	return func(p *play, ctx context.Context) (string, error) {
		history, err := p.history(ctx, p.court[member], shift)
		var all []string
		for _, e := range history.GetEvents() {
			if n := e.GetSequence(); from <= n && n <= to {
				all = append(all, short(e.GetAction(), "CONTRACT_ACTION_"))
			}
		}
		return strings.Join(all, " "), err
	}
}

func (p *play) eventCounts(ctx context.Context) (string, error) {
	var counts []string
	for _, member := range []int{5, 3, 8} {
		c, err := p.present(ctx, p.court[member], theGate)
		if err != nil {
			return "", err
		}
		counts = append(counts, strconv.FormatInt(c.GetEventCount(), 10))
	}
	return strings.Join(counts, " "), nil
}

func attendance(member int, shift string) func(*play, context.Context) (string, error) {
	return func(p *play, ctx context.Context) (string, error) {
		c, err := p.present(ctx, p.court[member], shift)
		return fmt.Sprintf("%s, %s, %s", taken(c.GetCheckIn()), taken(c.GetCheckOut()),
			amount(nuov1.FigureMeasure_FIGURE_MEASURE_HUNDREDTHS_OF_HOUR, int64(c.GetHoursHundredths()))), err
	}
}

// taken is when and how a check-in or check-out was taken.
func taken(a *nuov1.Attendance) string {
	return a.GetTime().AsTime().In(taizhou).Format("15:04 ") + short(a.GetMethod(), "ATTENDANCE_METHOD_")
}

func (p *play) shiftRating(ctx context.Context) (string, error) {
	c, err := p.present(ctx, p.court[2], notices)
	return fmt.Sprint(c.GetShiftRating()), err
}

func (p *play) attention(ctx context.Context) (string, error) {
	res, err := p.contracts.ListContracts(p.as(ctx, committee), &nuov1.ListContractsRequest{
		Community: mingzhu, NeedsAttention: true, PageSize: 100,
	})
	return strconv.Itoa(len(res.GetContracts())), err
}

func (p *play) standing(ctx context.Context) (string, error) {
	board, err := p.board(ctx)
	var standing, fulfilled int32
	for _, c := range board.GetCommitments() {
		standing += c.GetStanding()
		fulfilled += c.GetFulfilled()
	}
	return fmt.Sprint(standing, fulfilled), err
}

// named counts the names on the board: of the 37 promises seven are the neighbours', who said nothing about the board,
// and two are by who did not consent to it.
func (p *play) named(ctx context.Context) (string, error) {
	board, err := p.board(ctx)
	n := 0
	for _, c := range board.GetCommitments() {
		n += len(c.GetPeople())
	}
	return strconv.Itoa(n), err
}
