CREATE TRIGGER trg_bot_ledger_times
/*
 * Converts a time that a writer gives on insert in another form, such as YYYY-MM-DD HH:MM:SS, to that of all times: as texts,
 * times of two forms sort wrongly within a day.
 * Other text stays as it is; db:doctor reports it.
 */
AFTER INSERT ON bot_ledger
WHEN NEW.created_at NOT GLOB '????-??-??T??:??:??.???Z'
BEGIN
    UPDATE bot_ledger
    SET created_at = coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', created_at), created_at)
    WHERE id = NEW.id
    AND created_at GLOB '??????????[ T]??:??:??*'
    -- Of a day that its month lacks, date() makes one of the next month.
    AND date(substr(created_at, 1, 10)) = substr(created_at, 1, 10);
END;
