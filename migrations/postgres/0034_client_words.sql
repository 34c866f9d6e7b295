-- Clients are found by the beginnings of the words of their names, through an index, however many there
-- are. Only adds (docs/upgrading.md).

-- The words of `client.name_folded`, each once; written by the triggers below and by nobody else. They are
-- in the order of their bytes, as on SQLite, whatever the language of the database.
CREATE TABLE client_word (
    word      TEXT COLLATE "C" NOT NULL,
    client_id BIGINT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    PRIMARY KEY (word, client_id)
);
CREATE INDEX client_word_client ON client_word (client_id, word);

-- What parts words besides blanks is the same in the twin of this file and in `SEPARATORS` of
-- src/store/people/clients/found.rs.
CREATE FUNCTION client_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO client_word (word, client_id)
    SELECT DISTINCT w.word, f.id FROM fresh AS f, unnest(string_to_array(
        translate(f.name_folded, '''-.,/&()"' || chr(160), '          '), ' ')) AS w (word)
    WHERE w.word <> '';
    RETURN NULL;
END;
$$;

CREATE FUNCTION client_words_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM client_word WHERE client_id = NEW.id;
    INSERT INTO client_word (word, client_id)
    SELECT DISTINCT w.word, NEW.id FROM unnest(string_to_array(
        translate(NEW.name_folded, '''-.,/&()"' || chr(160), '          '), ' ')) AS w (word)
    WHERE w.word <> '';
    RETURN NULL;
END;
$$;

CREATE TRIGGER client_words_of_new AFTER INSERT ON client
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION client_words_of_new();
CREATE TRIGGER client_words_of_changed AFTER UPDATE OF name_folded ON client
    FOR EACH ROW WHEN (NEW.name_folded <> OLD.name_folded) EXECUTE FUNCTION client_words_of_changed();

-- Those who are there already.
INSERT INTO client_word (word, client_id)
SELECT DISTINCT w.word, c.id FROM client AS c, unnest(string_to_array(
    translate(c.name_folded, '''-.,/&()"' || chr(160), '          '), ' ')) AS w (word)
WHERE w.word <> '' ORDER BY 1, 2;
