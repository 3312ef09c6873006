"""What every kind of run shares: asking, holding, ending; and being computed in parts."""
