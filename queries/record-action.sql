-- Records an action of a bot on an item, with the states before and after.
-- For: the bots, in the same transaction.
-- :bot = 'verifier'
-- :action = 'verify'
-- :item_type = 'question'
-- :item_id = 'q-42'
-- :before_state = NULL
-- :after_state = '{"verified": true}'
-- :reason = 'Checked against the source'
INSERT INTO
    bot_ledger (
        bot_name,
        action,
        item_type,
        item_id,
        before_state,
        after_state,
        reason
    )
VALUES
    (
        :bot,
        :action,
        :item_type,
        :item_id,
        :before_state,
        :after_state,
        :reason
    );
