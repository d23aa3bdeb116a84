package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
)

// excepted are the services that are not ours and carry no policy: they tell whether the server is up and what it
// serves, never what it keeps.
var excepted = []string{
	"grpc.health.v1.Health",
	"grpc.reflection.v1.ServerReflection",
	"grpc.reflection.v1alpha.ServerReflection",
}

// Excepted tells whether the full method, such as /grpc.health.v1.Health/Check, belongs to a service that needs no
// policy and no token.
func Excepted(fullMethod string) bool {
	service, _, _ := strings.Cut(strings.TrimPrefix(fullMethod, "/"), "/")
	return slices.Contains(excepted, service)
}

// RuleOf is the policy that the .proto files give the full method, such as /nuo.v1.TokenService/WhoAmI. A method that
// is unknown or has no policy has none.
func RuleOf(fullMethod string) (*nuov1.MethodPolicy, bool) {
	if rule, ok := known()[fullMethod]; ok { // asked several times a call
		return rule, true
	}
	m := method(fullMethod)
	if m == nil {
		return nil, false
	}
	return ruleOf(m)
}

// known is Rules, read once: what is linked into the program does not change.
var known = sync.OnceValue(Rules)

// Rules are all methods of the package nuo.v1 that have a policy, by full method.
func Rules() map[string]*nuov1.MethodPolicy {
	rules := make(map[string]*nuov1.MethodPolicy)
	protoregistry.GlobalFiles.RangeFilesByPackage("nuo.v1", func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			service := f.Services().Get(i)
			for j := range service.Methods().Len() {
				m := service.Methods().Get(j)
				if rule, ok := ruleOf(m); ok {
					rules["/"+string(service.FullName())+"/"+string(m.Name())] = rule
				}
			}
		}
		return true
	})
	return rules
}

func method(fullMethod string) protoreflect.MethodDescriptor {
	name, ok := strings.CutPrefix(fullMethod, "/")
	if !ok || strings.Count(name, "/") != 1 {
		return nil
	}
	full := protoreflect.FullName(strings.Replace(name, "/", ".", 1))
	if !full.IsValid() {
		return nil
	}
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(full)
	if err != nil {
		return nil
	}
	m, _ := d.(protoreflect.MethodDescriptor)
	return m
}

func ruleOf(m protoreflect.MethodDescriptor) (*nuov1.MethodPolicy, bool) {
	if !proto.HasExtension(m.Options(), nuov1.E_Policy) {
		return nil, false
	}
	rule, ok := proto.GetExtension(m.Options(), nuov1.E_Policy).(*nuov1.MethodPolicy)
	return rule, ok
}

// CheckServed holds what a server is about to serve (grpc.Server.GetServiceInfo) to the rules: every method has a
// policy that somebody can satisfy and that is well formed. The error names every method that does not.
func CheckServed(services map[string]grpc.ServiceInfo) error {
	var faults []error
	for _, service := range slices.Sorted(maps.Keys(services)) {
		if slices.Contains(excepted, service) {
			continue
		}
		for _, m := range services[service].Methods {
			full := "/" + service + "/" + m.Name
			if err := check(full); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", full, err))
			}
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("policy: %w", errors.Join(faults...))
	}
	return nil
}

func check(fullMethod string) error {
	rule, ok := RuleOf(fullMethod)
	if !ok {
		return errors.New("served without a policy")
	}
	return wellFormed(rule, method(fullMethod))
}

func wellFormed(rule *nuov1.MethodPolicy, m protoreflect.MethodDescriptor) error {
	if len(rule.GetAllow()) == 0 && !rule.GetMembers() && !rule.GetPublic() {
		return errors.New("nobody may call it")
	}
	for _, a := range rule.GetAllow() {
		switch a.GetRole() {
		case nuov1.Role_ROLE_UNSPECIFIED, nuov1.Role_ROLE_SYSTEM:
			return fmt.Errorf("%v is nobody's role", a.GetRole())
		default:
		}
		if a.GetRelation() == nuov1.Relation_RELATION_UNSPECIFIED {
			return fmt.Errorf("%v without a relation", a.GetRole())
		}
	}
	if rule.GetMutates() {
		id := m.Input().Fields().ByName("request_id")
		if id == nil || id.Kind() != protoreflect.StringKind || id.IsList() {
			return errors.New("mutates without a request_id")
		}
		if m.IsStreamingClient() || m.IsStreamingServer() {
			return errors.New("mutates as a stream")
		}
	} else if rule.GetSecret() {
		return errors.New("answers a secret without being a mutation")
	}
	return nil
}
