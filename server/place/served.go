package place

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	storev1 "nuo.internal/nuo/api/nuo/store/v1"
	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/store"
)

// AddServedParty stores a new served party under a random name and its contact apart from it, and answers the party
// without the contact. Kind, community and compound are the caller's, who has checked them, and appends the events:
// to the community's chain and the compound's, the conflict keys of their deactivation, and to the party's own.
func AddServedParty(
	tx *store.Tx, kind nuov1.ServedPartyKind, community, compound string, contact *nuov1.ServedPartyContact,
) (*nuov1.ServedParty, error) {
	p := &nuov1.ServedParty{
		Name: "servedParties/" + tx.RandomID(), Kind: kind, Community: community, Compound: compound,
		State: nuov1.ActiveState_ACTIVE_STATE_ACTIVE, CreateTime: timestamppb.New(tx.Now()),
	}
	p.UpdateTime = p.GetCreateTime()
	if err := store.ServedParties.Insert(tx, p); err != nil {
		return nil, err
	}
	return p, store.Contacts.Put(tx, &storev1.StoredContact{Name: p.GetName(), Contact: proto.CloneOf(contact)})
}
