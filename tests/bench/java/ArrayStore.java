package bench;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The store by JDBC arrays: one statement per table and batch. */
final class ArrayStore {
    private static final String CLAIM = "INSERT INTO inbox (message_id) SELECT * FROM unnest(?::uuid[])"
            + " ON CONFLICT DO NOTHING RETURNING message_id";
    private static final String LOAD =
            "SELECT id, taken, best FROM account WHERE id = ANY(?::uuid[]) ORDER BY id FOR UPDATE";
    private static final String SAVE = "INSERT INTO account (id, taken, best)"
            + " SELECT * FROM unnest(?::uuid[], ?::int[], ?::int[])"
            + " ON CONFLICT (id) DO UPDATE SET taken = excluded.taken, best = excluded.best";
    private static final String TELL = "WITH written AS ("
            + "INSERT INTO journal (event_id, topic, key, type, body)"
            + " SELECT * FROM unnest(?::uuid[], ?::text[], ?::uuid[], ?::text[], ?::bytea[])"
            + " RETURNING id, recorded_at, topic"
            + "), todo AS (" + System.getenv("BENCH_PUT") + ")"
            + " SELECT pg_notify('outbox', '') FROM (SELECT count(*) FROM todo) AS appended";

    private final Connection connection;

    ArrayStore(Connection connection) {
        this.connection = connection;
    }

    Set<UUID> claim(List<UUID> ids) throws SQLException {
        UUID[] sorted = ids.toArray(UUID[]::new);
        Arrays.sort(sorted);
        Set<UUID> claimed = new HashSet<>(sorted.length * 2);
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setArray(1, array("uuid", sorted));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    claimed.add(rows.getObject(1, UUID.class));
                }
            }
        }
        return claimed;
    }

    Map<UUID, Account> load(Set<UUID> ids) throws SQLException {
        Map<UUID, Account> found = new HashMap<>(ids.size() * 2);
        try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
            statement.setArray(1, array("uuid", ids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    UUID id = rows.getObject(1, UUID.class);
                    found.put(id, new Account(id, rows.getInt(2), rows.getInt(3)));
                }
            }
        }
        return found;
    }

    void save(Collection<Account> accounts) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setArray(1, array("uuid", accounts.stream().map(account -> account.id).toArray()));
            statement.setArray(2, array("int4", accounts.stream().map(account -> account.taken).toArray()));
            statement.setArray(3, array("int4", accounts.stream().map(account -> account.best).toArray()));
            statement.execute();
        }
    }

    void tell(List<Answer> answers) throws Exception {
        int size = answers.size();
        byte[][] bodies = new byte[size][];
        for (int position = 0; position < size; position++) {
            bodies[position] = answers.get(position).bytes();
        }
        try (PreparedStatement statement = connection.prepareStatement(TELL)) {
            statement.setArray(1, array("uuid", answers.stream().map(Answer::id).toArray()));
            statement.setArray(2, array("text", Collections.nCopies(size, Answer.TOPIC).toArray()));
            statement.setArray(3, array("uuid", answers.stream().map(Answer::subject).toArray()));
            statement.setArray(4, array("text", Collections.nCopies(size, Answer.TYPE).toArray()));
            statement.setArray(5, array("bytea", bodies));
            statement.execute();
        }
    }

    private Array array(String type, Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }
}
