package bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The store as Spring's documentation shows it: JdbcTemplate and its batch updates. */
final class TemplateStore {
    private static final String CLAIM = "INSERT INTO inbox (message_id) VALUES (?) ON CONFLICT DO NOTHING";
    private static final String LOAD =
            "SELECT id, taken, best FROM account WHERE id IN (:ids) ORDER BY id FOR UPDATE";
    private static final String SAVE = "INSERT INTO account (id, taken, best) VALUES (?, ?, ?)"
            + " ON CONFLICT (id) DO UPDATE SET taken = excluded.taken, best = excluded.best";
    private static final String TELL = "WITH written AS (INSERT INTO journal (event_id, topic, key, type, body)"
            + " VALUES (?, ?, ?, ?, ?) RETURNING id, recorded_at, topic)"
            + " INSERT INTO outbox (id, recorded_at, topic) SELECT id, recorded_at, topic FROM written";

    private final JdbcTemplate template;
    private final NamedParameterJdbcTemplate named;

    TemplateStore(DataSource source) {
        template = new JdbcTemplate(source);
        named = new NamedParameterJdbcTemplate(template);
    }

    void takeIn(List<Match> matches) {
        List<Match> fresh = claim(matches);
        if (fresh.isEmpty()) {
            return;
        }
        Map<UUID, Account> held = new TreeMap<>();
        fresh.forEach(match -> held.computeIfAbsent(match.data().supplierId(), id -> new Account(id, 0, 0)));
        named.query(LOAD, Map.of("ids", held.keySet()), rows -> {
            UUID id = rows.getObject(1, UUID.class);
            held.put(id, new Account(id, rows.getInt(2), rows.getInt(3)));
        });
        List<Answer> answers = new ArrayList<>(fresh.size());
        for (Match match : fresh) {
            Account account = held.get(match.data().supplierId());
            account.take(match);
            answers.add(Answer.of(match, account));
        }
        save(held.values());
        tell(answers);
    }

    private List<Match> claim(List<Match> matches) {
        int[] claimed = template.batchUpdate(CLAIM, matches.stream().map(match -> new Object[] {match.id()}).toList());
        List<Match> fresh = new ArrayList<>(matches.size());
        for (int position = 0; position < claimed.length; position++) {
            if (claimed[position] == 1) {
                fresh.add(matches.get(position));
            }
        }
        return fresh;
    }

    private void save(Collection<Account> accounts) {
        template.batchUpdate(SAVE, accounts.stream()
                .map(account -> new Object[] {account.id, account.taken, account.best})
                .toList());
    }

    private void tell(List<Answer> answers) {
        template.batchUpdate(TELL, answers.stream()
                .map(answer -> new Object[] {answer.id(), Answer.TOPIC, answer.subject(), Answer.TYPE, bytes(answer)})
                .toList());
        template.execute("NOTIFY outbox");
    }

    private static byte[] bytes(Answer answer) {
        try {
            return answer.bytes();
        } catch (JsonProcessingException error) {
            throw new IllegalStateException(error);
        }
    }
}
