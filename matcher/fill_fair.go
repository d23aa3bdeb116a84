package matcher

func (n *fillNet[C]) even(beat *pulse) error { return nil }
