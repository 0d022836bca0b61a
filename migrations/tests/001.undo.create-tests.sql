-- Takes the tests away; their history stays.
DROP TABLE tests;
