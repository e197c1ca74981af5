package bench;

import java.util.UUID;

/** One row of the store, as loaded and as decided so far. */
final class Account {
    final UUID id;
    int taken;
    int best;

    Account(UUID id, int taken, int best) {
        this.id = id;
        this.taken = taken;
        this.best = best;
    }

    void take(Match match) {
        taken++;
        best = Math.max(best, match.data().score());
    }
}
