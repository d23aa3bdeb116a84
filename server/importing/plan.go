package importing

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/rpc"
	"nuo.internal/nuo/server/store"
)

// plan is what applying the files will do: the items in the order of their phases, each with its action.
type plan struct {
	*parser
	scope
	publications []*item
	known        map[string]string // served parties that are no items of the files: namespace and key to resource
	communities  map[string]string // of lists that are no items of the files
}

// plan parses the files and compares them with what is there. It changes nothing. Mistakes are in the plan's
// diagnostics; the error is for what is not the files' fault.
func (r *Room) plan(ctx context.Context, files []*nuov1.ImportFile) (*plan, error) {
	s, err := r.begin(ctx)
	if err != nil {
		return nil, err
	}
	p := &plan{
		parser: parse(files, s.district, s.zone), scope: s,
		known: map[string]string{}, communities: map[string]string{},
	}
	if p.d.any() {
		return p, nil
	}
	slices.SortStableFunc(p.items, func(a, b *item) int { return cmp.Compare(a.phase, b.phase) })
	if err := r.recall(ctx, p); err != nil {
		return nil, err
	}
	if err := r.refer(ctx, p); err != nil {
		return nil, err
	}
	for _, it := range p.items {
		if err := r.decide(ctx, p, it); err != nil {
			return nil, err
		}
	}
	for _, it := range p.publications {
		p.over(it)
	}
	return p, nil
}

// over names a list that cannot be published, for a shift of it in the files has ended.
func (p *plan) over(list *item) {
	for _, it := range p.items {
		m, ok := it.want.(*nuov1.Shift)
		if !ok || m.GetEndTime().AsTime().After(p.now) || p.named[m.GetTask()] == nil {
			continue
		}
		task, ok := p.named[m.GetTask()].want.(*nuov1.Task)
		if ok && task.GetTaskList() == list.name {
			p.d.add(list.where["date"], "date",
				sayf("the list cannot be published: its shift at %s:%d has ended", "清单不能发布：%s 第 %d 行的班次已结束", it.at.file, it.at.line),
				sayf("correct the date or the shift, or remove publish to keep a draft", "请改正日期或班次，或去掉 publish 只留草稿"))
			return
		}
	}
}

// recallStep is how many names one transaction looks up.
const recallStep = 500

// recall finds what the names of the files stand for.
func (r *Room) recall(ctx context.Context, p *plan) error {
	for step := range slices.Chunk(p.items, recallStep) {
		err := r.store.View(ctx, func(tx *store.Tx) error {
			for _, it := range step {
				record, ok, err := store.FileNames.Find(tx, store.FileNameKey(it.namespace, it.key)...)
				if err != nil {
					return err
				}
				if ok {
					it.record = record
					it.name = cmp.Or(it.name, record.GetResource())
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// refer makes sure that what the files refer to is in the files or on the server.
func (r *Room) refer(ctx context.Context, p *plan) error {
	exists := map[string]bool{}
	for _, ref := range p.references {
		if p.named[ref.name] != nil {
			continue
		}
		there, asked := exists[ref.name]
		if !asked {
			_, found, err := r.live(ctx, ref.kind, ref.name)
			if err != nil {
				return err
			}
			there, exists[ref.name] = found, found
		}
		if !there {
			p.d.add(ref.at, ref.key, sayf("%s does not exist", "%s 不存在", ref.name),
				sayf("correct the name, or import what it stands for first", "请改正名称，或先导入它"))
		}
	}
	for _, it := range p.items {
		if it.party == nil {
			continue
		}
		if err := r.referParty(ctx, p, it); err != nil {
			return err
		}
	}
	return nil
}

// referParty finds the served party of a door: an item of the files, or one that was imported before.
func (r *Room) referParty(ctx context.Context, p *plan, it *item) error {
	community, err := r.communityOf(ctx, p, it.namespace)
	if err != nil {
		return err
	}
	full := community + " " + it.party.name
	if _, ok := p.seen[full]; ok {
		return nil
	}
	var resource string
	err = r.store.View(ctx, func(tx *store.Tx) error {
		record, _, err := store.FileNames.Find(tx, store.FileNameKey(community, it.party.name)...)
		resource = record.GetResource()
		return err
	})
	if err != nil {
		return err
	}
	if resource == "" {
		p.d.add(it.party.at, it.party.key, sayf("no served party of the list's community has this id", "清单所属社区没有这个编号的服务对象"),
			sayf("correct the id, or import the served party first", "请改正编号，或先导入该服务对象"))
	}
	p.known[full] = resource
	return nil
}

// communityOf is the community of a list, from the files or the server.
func (r *Room) communityOf(ctx context.Context, p *plan, list string) (string, error) {
	if it := p.named[list]; it != nil {
		if m, ok := it.want.(*nuov1.TaskList); ok {
			return m.GetCommunity(), nil
		}
	}
	if community, ok := p.communities[list]; ok {
		return community, nil
	}
	m, _, err := r.live(ctx, nuov1.ImportKind_IMPORT_KIND_TASK_LIST, list)
	if err != nil {
		return "", err
	}
	live, _ := m.(*nuov1.TaskList)
	p.communities[list] = live.GetCommunity()
	return live.GetCommunity(), nil
}

// decide finds out what to do with an item. What the file asked for last and was given is left alone, whatever became of
// it since: a file asks for changes, it does not own what it made.
func (r *Room) decide(ctx context.Context, p *plan, it *item) error {
	applied := it.record.GetApplied()
	switch {
	case len(applied) > 0 && bytes.Equal(applied, it.content()):
		it.action = nuov1.ImportAction_IMPORT_ACTION_UNCHANGED
	case it.personal() && it.record.GetResource() == "":
		it.action = nuov1.ImportAction_IMPORT_ACTION_CREATE
	case it.personal():
		it.action = nuov1.ImportAction_IMPORT_ACTION_UPDATE
	default:
		live, found, err := r.live(ctx, it.kind, it.name)
		if err != nil {
			return err
		}
		if !found {
			it.action = nuov1.ImportAction_IMPORT_ACTION_CREATE
			break
		}
		it.action = nuov1.ImportAction_IMPORT_ACTION_UPDATE
		if _, paths := edit(it.want, live); len(paths) == 0 {
			it.action = nuov1.ImportAction_IMPORT_ACTION_UNCHANGED
		}
	}
	if !it.publish {
		return nil
	}
	live, found, err := r.live(ctx, it.kind, it.name)
	if err != nil {
		return err
	}
	state := nuov1.TaskListState_TASK_LIST_STATE_DRAFT
	if m, ok := live.(*nuov1.TaskList); ok && found {
		state = m.GetState()
	}
	if state == nuov1.TaskListState_TASK_LIST_STATE_DRAFT {
		p.publications = append(p.publications, it)
	}
	return nil
}

// live reads what there is under a name, with the caller's eyes.
func (r *Room) live(ctx context.Context, kind nuov1.ImportKind, name string) (m proto.Message, found bool, err error) {
	switch kind {
	case nuov1.ImportKind_IMPORT_KIND_ORGANISATION:
		m, err = r.organisations.GetOrganisation(ctx, &nuov1.GetOrganisationRequest{Name: name})
	case nuov1.ImportKind_IMPORT_KIND_VOLUNTEER:
		m, err = r.volunteers.GetVolunteer(ctx, &nuov1.GetVolunteerRequest{Name: name})
	case nuov1.ImportKind_IMPORT_KIND_TASK_LIST:
		m, err = r.lists.GetTaskList(ctx, &nuov1.GetTaskListRequest{Name: name})
	case nuov1.ImportKind_IMPORT_KIND_TASK:
		m, err = r.lists.GetTask(ctx, &nuov1.GetTaskRequest{Name: name})
	case nuov1.ImportKind_IMPORT_KIND_SHIFT:
		m, err = r.shifts.GetShift(ctx, &nuov1.GetShiftRequest{Name: name})
	default:
		return nil, false, nil
	}
	if e, ok := rpc.FromStatus(err); ok && e.Reason == nuov1.ErrorReason_ERROR_REASON_NOT_FOUND {
		return nil, false, nil
	}
	return m, err == nil, answered(err)
}

// answered is what another service answered, as this room's own answer.
func answered(err error) error {
	if e, ok := rpc.FromStatus(err); ok {
		return e
	}
	switch status.Code(err) {
	case codes.Canceled:
		return context.Canceled
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	default:
		return err
	}
}

// partyResource is the resource of a door's served party.
func (p *plan) partyResource(it *item, community string, made map[string]string) string {
	full := community + " " + it.party.name
	return cmp.Or(made[full], p.known[full])
}

// newRecord is how the item's name is written down.
func (it *item) newRecord() *storev1.FileName {
	return &storev1.FileName{
		Namespace: it.namespace, Name: it.key, Resource: it.name, Generation: it.record.GetGeneration(),
	}
}
