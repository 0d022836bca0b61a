-- Takes the coding challenges away; their history stays.
DROP TABLE coding_challenges;
