package matching

// TellPairs sets with how many pairs everybody's wishes are told at most.
func (r *Room) TellPairs(n int) { r.tellPairs = n }
