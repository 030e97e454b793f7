-- What was put aside is looked at on every page of the channels; it is few among many done events.
CREATE INDEX inbox_poison ON inbox (received_at, channel, event_id) WHERE state = 'poison';
