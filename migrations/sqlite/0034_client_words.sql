-- Clients are found by the beginnings of the words of their names, through an index, however many there
-- are. Only adds (docs/upgrading.md).

-- The words of `client.name_folded`, each once; written by the triggers below and by nobody else.
CREATE TABLE client_word (
    word      TEXT NOT NULL,
    client_id INTEGER NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    PRIMARY KEY (word, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_word_client ON client_word (client_id, word);

-- As a JSON array of one text whose blanks are made the ends of texts. What parts words besides blanks is
-- the same in the twin of this file and in `SEPARATORS` of src/store/people/clients/found.rs.
CREATE TRIGGER client_words_of_new AFTER INSERT ON client
BEGIN
    INSERT INTO client_word (word, client_id)
    SELECT DISTINCT j.value, new.id FROM json_each(replace(json_array(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(new.name_folded,
        '''', ' '), '-', ' '), '.', ' '), ',', ' '), '/', ' '), '&', ' '), '(', ' '), ')', ' '), '"', ' '),
        char(160), ' ')), ' ', '","')) AS j WHERE j.value <> '';
END;

CREATE TRIGGER client_words_of_changed AFTER UPDATE OF name_folded ON client
WHEN new.name_folded <> old.name_folded
BEGIN
    DELETE FROM client_word WHERE client_id = new.id;
    INSERT INTO client_word (word, client_id)
    SELECT DISTINCT j.value, new.id FROM json_each(replace(json_array(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(new.name_folded,
        '''', ' '), '-', ' '), '.', ' '), ',', ' '), '/', ' '), '&', ' '), '(', ' '), ')', ' '), '"', ' '),
        char(160), ' ')), ' ', '","')) AS j WHERE j.value <> '';
END;

-- Those who are there already.
INSERT INTO client_word (word, client_id)
SELECT DISTINCT j.value, c.id FROM client AS c, json_each(replace(json_array(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(c.name_folded,
    '''', ' '), '-', ' '), '.', ' '), ',', ' '), '/', ' '), '&', ' '), '(', ' '), ')', ' '), '"', ' '),
    char(160), ' ')), ' ', '","')) AS j WHERE j.value <> '' ORDER BY 1, 2;
