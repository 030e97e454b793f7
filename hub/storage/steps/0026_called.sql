-- compatible: 17
-- A caller's list asks for the calls that this officer has made, which are few among all records.
CREATE INDEX overlays_called ON overlays (decided_by, case_id) WHERE kind = 'call_back';
