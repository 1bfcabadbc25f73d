"""The rule desk: a change of a rule is proposed, replayed over stored readings, approved by a second person, dated."""
