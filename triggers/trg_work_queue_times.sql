CREATE TRIGGER trg_work_queue_times
/*
 * Converts times that a writer gives on insert in another form, such as YYYY-MM-DD HH:MM:SS, to that of all times: as texts,
 * times of two forms sort wrongly within a day, and a job would be due too early.
 * Other text stays as it is; db:doctor reports it. Of a day that its month lacks, date() makes one of the next.
 */
AFTER INSERT ON work_queue
WHEN NEW.created_at NOT GLOB '????-??-??T??:??:??.???Z'
OR NEW.processed_at NOT GLOB '????-??-??T??:??:??.???Z'
OR NEW.run_after NOT GLOB '????-??-??T??:??:??.???Z'
OR NEW.locked_until NOT GLOB '????-??-??T??:??:??.???Z'
BEGIN
    UPDATE work_queue
    SET
        created_at = iif(
            created_at GLOB '??????????[ T]??:??:??*' AND date(substr(created_at, 1, 10)) = substr(created_at, 1, 10),
            coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', created_at), created_at),
            created_at
        ),
        processed_at = iif(
            processed_at GLOB '??????????[ T]??:??:??*' AND date(substr(processed_at, 1, 10)) = substr(processed_at, 1, 10),
            coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', processed_at), processed_at),
            processed_at
        ),
        run_after = iif(
            run_after GLOB '??????????[ T]??:??:??*' AND date(substr(run_after, 1, 10)) = substr(run_after, 1, 10),
            coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', run_after), run_after),
            run_after
        ),
        locked_until = iif(
            locked_until GLOB '??????????[ T]??:??:??*' AND date(substr(locked_until, 1, 10)) = substr(locked_until, 1, 10),
            coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', locked_until), locked_until),
            locked_until
        )
    WHERE id = NEW.id;
END;
