-- Takes the full text away; the questions stay as they are.
DROP TABLE replaced_question;

DROP TABLE questions_vocabulary;

DROP TABLE questions_words;

DROP TABLE questions_search;
