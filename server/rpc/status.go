package rpc

import (
	"context"
	"errors"
	"io"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	nuov1 "nuo.internal/nuo/api/nuo/v1"
	"nuo.internal/nuo/server/fault"
	"nuo.internal/nuo/server/kv"
)

// ofEngine are the engine's errors that are a caller's business. ErrClosed did nothing: the server is stopping.
var ofEngine = []struct {
	err    error
	reason nuov1.ErrorReason
}{
	{kv.ErrFull, nuov1.ErrorReason_ERROR_REASON_STORE_FULL},
	{kv.ErrBusy, nuov1.ErrorReason_ERROR_REASON_BUSY},
	{kv.ErrClosed, nuov1.ErrorReason_ERROR_REASON_BUSY},
	{kv.ErrUnknown, nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN},
	{kv.ErrTooLarge, nuov1.ErrorReason_ERROR_REASON_TOO_LARGE},
	{kv.ErrTooOld, nuov1.ErrorReason_ERROR_REASON_RESUME_TOO_OLD},
	{errDraining, nuov1.ErrorReason_ERROR_REASON_BUSY},
}

// wire marks an error of the transport, of health or of reflection, which is a status already.
type wire struct{ error }

func (w wire) Unwrap() error { return w.error }

func passed(err error) error {
	if _, ok := status.FromError(err); err == nil || !ok || errors.Is(err, io.EOF) {
		return err
	}
	return wire{err}
}

// ToStatus is the one mapping of errors to gRPC: a fault keeps its reason, the engine's errors get theirs, the end of a
// context its own code (and OUTCOME_UNKNOWN where the method changes something), and everything else is INTERNAL with
// the id of the call. Nil is OK.
func ToStatus(err error, in *Incoming) *status.Status {
	if err == nil {
		return status.New(codes.OK, "")
	}
	if w, ok := errors.AsType[wire](err); ok {
		return status.Convert(w.error)
	}
	if e, ok := fault.As(err); ok && e.Reason != nuov1.ErrorReason_ERROR_REASON_INTERNAL {
		return ofFault(e.Code(), e)
	}
	for _, row := range ofEngine {
		if errors.Is(err, row.err) {
			e := fault.New(row.reason)
			return ofFault(e.Code(), e)
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return ended(codes.DeadlineExceeded, in)
	case errors.Is(err, context.Canceled):
		return ended(codes.Canceled, in)
	case status.Code(err) == codes.Unimplemented:
		return status.Convert(err)
	}
	e := fault.New(nuov1.ErrorReason_ERROR_REASON_INTERNAL, "id", in.ID)
	return ofFault(e.Code(), e)
}

func ended(code codes.Code, in *Incoming) *status.Status {
	if in.Rule.GetMutates() {
		return ofFault(code, fault.New(nuov1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN))
	}
	return status.New(code, "The call ended before its answer.")
}

func ofFault(code codes.Code, e *fault.Error) *status.Status {
	details := []protoadapt.MessageV1{
		&errdetails.ErrorInfo{Reason: fault.Name(e.Reason), Domain: fault.Domain, Metadata: e.Vars},
	}
	if len(e.Fields) > 0 {
		bad := &errdetails.BadRequest{}
		for _, v := range e.Fields {
			bad.FieldViolations = append(bad.FieldViolations, &errdetails.BadRequest_FieldViolation{
				Field: v.Field, Description: v.Description,
				LocalizedMessage: &errdetails.LocalizedMessage{Locale: fault.Chinese, Message: v.In(fault.Chinese)},
			})
		}
		details = append(details, bad)
	}
	for _, language := range []string{fault.Chinese, fault.English} {
		details = append(details, &errdetails.LocalizedMessage{Locale: language, Message: e.Text(language)})
	}
	st := status.New(code, e.Text(fault.English))
	if with, err := st.WithDetails(details...); err == nil {
		return with
	}
	return st
}

// ReasonOf is the reason that the status carries, UNSPECIFIED for none.
func ReasonOf(st *status.Status) nuov1.ErrorReason {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == fault.Domain {
			return fault.ByName(info.GetReason())
		}
	}
	return nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED
}

// FromStatus is the way back, for clients: the fault that a server answered, or false for an error that carries no
// reason of Nuo, such as a broken connection.
func FromStatus(err error) (*fault.Error, bool) {
	st, ok := status.FromError(err)
	if !ok || err == nil {
		return nil, false
	}
	reason := ReasonOf(st)
	if reason == nuov1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		return nil, false
	}
	e := fault.New(reason).WithCause(err)
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			e.Vars = d.GetMetadata()
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				e = e.WithViolation(fault.Violation{
					Field: v.GetField(), Description: v.GetDescription(), DescriptionZH: v.GetLocalizedMessage().GetMessage(),
				})
			}
		}
	}
	return e, true
}
