package bench;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchMessageListener;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's batch listener: a container that commits after each batch, a transaction template, and JdbcTemplate. */
final class SpringListener {
    public static void main(String[] arguments) throws Exception {
        Rounds.serve(SpringListener::consume);
    }

    private static long[] consume(String group, int records) throws Exception {
        SingleConnectionDataSource source = new SingleConnectionDataSource(
                Rounds.env("BENCH_JDBC_URL"), Rounds.env("BENCH_DB_USER"), Rounds.env("BENCH_DB_PASSWORD"), true);
        CountDownLatch left = new CountDownLatch(records);
        FromTheStart start = new FromTheStart();
        ContainerProperties properties = new ContainerProperties(Rounds.TOPIC);
        properties.setGroupId(group);
        properties.setKafkaConsumerProperties(Rounds.consumer(group));
        properties.setConsumerRebalanceListener(start);
        properties.setMessageListener(listener(source, left));
        var factory = new DefaultKafkaConsumerFactory<String, byte[]>(Map.of());
        var container = new KafkaMessageListenerContainer<>(factory, properties);
        container.start();
        left.await();
        long[] times = {start.at, System.nanoTime()};
        container.stop();
        source.destroy();
        return times;
    }

    private static BatchMessageListener<String, byte[]> listener(SingleConnectionDataSource source, CountDownLatch left) {
        TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(source));
        TemplateStore store = new TemplateStore(source);
        return batch -> {
            List<Match> matches = batch.stream().map(SpringListener::read).toList();
            transaction.executeWithoutResult(status -> store.takeIn(matches));
            for (int taken = 0; taken < batch.size(); taken++) {
                left.countDown();
            }
        };
    }

    private static Match read(ConsumerRecord<String, byte[]> record) {
        try {
            return HandWritten.read(record);
        } catch (Exception error) {
            throw new IllegalArgumentException(error);
        }
    }

    private static final class FromTheStart implements ConsumerAwareRebalanceListener {
        volatile long at;

        @Override
        public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            at = System.nanoTime();
            consumer.seekToBeginning(partitions);
        }
    }
}
