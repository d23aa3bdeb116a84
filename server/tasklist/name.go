package tasklist

import (
	"regexp"
	"strings"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/call"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/place"
	"nuo.internal/nuo/server/store"
)

// id is what a client may wish for.
var id = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// placeName is the name of a community or street.
var placeName = regexp.MustCompile(`^(communities|streets)/[a-z0-9][a-z0-9-]{0,62}$`)

// nameFor is the name of something new: the one that was wished for, or one of the server's.
func nameFor(c *call.Call, collection, wished, field string) (string, error) {
	if wished == "" {
		return collection + c.NewID(), nil
	}
	rest, ok := strings.CutPrefix(wished, collection)
	if !ok || !id.MatchString(rest) {
		return "", fault.Field(field, "is no name such as "+collection+"0209-am (a-z, 0-9, -, at most 63); leave it empty for one of ours",
			"名称格式不正确，例如 "+collection+"0209-am（只含 a-z、0-9、-，最多 63 个字符），留空则自动生成")
	}
	return wished, nil
}

// checkName refuses a text of a request that is no name of the collection: INVALID_FIELD of the field. It is not
// repeated in the error, for it may be anything.
func checkName(field, collection, name string) error {
	rest, ok := strings.CutPrefix(name, collection)
	if ok && id.MatchString(rest) {
		return nil
	}
	return fault.Field(field, "is no name such as "+collection+"0209-am", "名称格式不正确，例如 "+collection+"0209-am")
}

// isCommunity tells whether the name is one of a community; isPlace whether it is one of a compound or building.
func isCommunity(name string) bool {
	return strings.HasPrefix(name, "communities/") && strings.Count(name, "/") == 1
}

func isPlace(name string) bool {
	return strings.HasPrefix(name, "communities/") && (strings.Count(name, "/") == 3 || strings.Count(name, "/") == 5)
}

// within tells whether a name is the scope or lies below it by its spelling.
func within(name, scope string) bool {
	return name == scope || strings.HasPrefix(name, scope+"/")
}

// community reads a community that something new is to belong to. What is no community is INVALID_FIELD of the field,
// one that left is DEACTIVATED.
func community(tx *store.Tx, name, field string) (*nuov1.Organisation, error) {
	if !isCommunity(name) {
		return nil, fault.Field(field, "name a community, such as communities/mingzhu", "请填写社区，例如 communities/mingzhu")
	}
	return standing(tx, name, field)
}

// standing reads an organisation that takes something new.
func standing(tx *store.Tx, name, field string) (*nuov1.Organisation, error) {
	o, ok, err := store.Organisations.Find(tx, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unknown(field)
	}
	if o.GetState() == nuov1.ActiveState_ACTIVE_STATE_DEACTIVATED {
		return nil, fault.New(nuov1.ErrorReason_ERROR_REASON_DEACTIVATED, "name", name)
	}
	return o, nil
}

// unknown is INVALID_FIELD for an organisation that is not there, or of which the caller must not learn that it is.
func unknown(field string) error {
	return fault.Field(field, "does not exist; check the name", "不存在，请核对名称")
}

// checkCompound holds the public place of something in a community to lie in that community. None is no mistake.
func checkCompound(tx *store.Tx, name, community, field string) error {
	if name == "" {
		return nil
	}
	if !isPlace(name) || !within(name, community) {
		return fault.Field(field, "name a compound or building of the community", "请填写本社区的小区或楼道")
	}
	_, err := standing(tx, name, field)
	return err
}

// ancestorsOf is what a compound or building lies in by its spelling, itself first and its community last.
func ancestorsOf(name string) []string {
	var all []string
	for ; name != ""; name = place.Enclosing(name) {
		all = append(all, name)
	}
	return all
}

// phone is a run of eleven digits like that of a mobile phone, in one, or as 3, 4 and 4.
var phone = regexp.MustCompile(`(^|[^0-9])1[0-9]{2}[ -]?[0-9]{4}[ -]?[0-9]{4}([^0-9]|$)`)

// refusePhones is INVALID_FIELD for a text of a list in which a phone stands: lists are read by the whole district.
// Texts are fields and values by turns.
func refusePhones(texts ...string) error {
	for i := 0; i+1 < len(texts); i += 2 {
		if phone.MatchString(strings.Map(narrow, texts[i+1])) {
			return fault.Field(texts[i], "holds a phone number, and everybody reads it; put households in as doors",
				"含有电话号码，而清单人人可见，请把住户录入为入户项")
		}
	}
	return nil
}

// narrow turns full-width digits into ASCII's.
func narrow(r rune) rune {
	if r >= '０' && r <= '９' {
		return r - '０' + '0'
	}
	return r
}
