import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Lucene Monitor with the commands of src/peer.rs: EXACT is a term of the whole text, PHRASE a phrase query, BROAD a
 * conjunction. A round may name the documents of one batch.
 *
 * <p>MonitorPeer KEYWORDS TEXTS term|frequency|multipass
 */
public final class MonitorPeer {
    private static final String WORDS = "words";
    private static final String WHOLE = "whole";
    private static final String ADDED = "zqxadded keywordzqx";
    private static final int REGISTERED_AT_ONCE = 10_000;
    private static final int BATCH = 256;

    private final Monitor monitor;
    private final List<String> texts;
    private int at;

    private MonitorPeer(Monitor monitor, List<String> texts) {
        this.monitor = monitor;
        this.texts = texts;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> texts = Files.readAllLines(Path.of(arguments[1]));
        long started = System.nanoTime();
        long cpu = cpuNanos();
        Path keywords = Path.of(arguments[0]);
        Analyzer analyzer = new WhitespaceAnalyzer();
        Monitor monitor = new Monitor(analyzer, presearcher(arguments[2], keywords), new MonitorConfiguration().setQueryUpdateBufferSize(REGISTERED_AT_ONCE));
        int registered = register(monitor, keywords);
        MonitorPeer peer = new MonitorPeer(monitor, texts);
        double wall = seconds(System.nanoTime() - started);
        double busy = seconds(cpuNanos() - cpu);
        // What the heap does not need is given back in the background.
        System.gc();
        Thread.sleep(3_000);
        Runtime runtime = Runtime.getRuntime();
        say("{\"build_seconds\": %f, \"build_cpu_seconds\": %f, \"keywords\": %d, \"live_heap_kib\": %d}",
            wall, busy, registered, (runtime.totalMemory() - runtime.freeMemory()) / 1024);
        peer.serve();
    }

    private static Presearcher presearcher(String name, Path keywords) throws IOException {
        return switch (name) {
            case "term" -> new TermFilteredPresearcher();
            case "multipass" -> new MultipassTermFilteredPresearcher(2);
            case "frequency" -> new TermFilteredPresearcher(
                TermWeightor.combine(
                    TermWeightor.lengthWeightor(3, 0.3f),
                    TermWeightor.termFreqWeightor(frequencies(keywords), 100, 0.8)),
                Collections.emptyList(), Collections.emptySet());
            default -> throw new IllegalArgumentException("there is no presearcher " + name);
        };
    }

    private static Map<String, Integer> frequencies(Path keywords) throws IOException {
        Map<String, Integer> frequencies = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(keywords)) {
            for (String line; (line = lines.readLine()) != null;) {
                for (String word : line.split("\t")[1].split(" ")) frequencies.merge(word, 1, Integer::sum);
            }
        }
        frequencies.values().removeIf(count -> count < 10);
        return frequencies;
    }

    private static int register(Monitor monitor, Path keywords) throws IOException {
        List<MonitorQuery> queries = new ArrayList<>();
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(keywords)) {
            for (String line; (line = lines.readLine()) != null; number++) {
                String[] fields = line.split("\t");
                queries.add(new MonitorQuery(Integer.toString(number), query(fields[0], fields[1])));
                if (queries.size() == REGISTERED_AT_ONCE) {
                    monitor.register(queries);
                    queries.clear();
                }
            }
        }
        monitor.register(queries);
        return number;
    }

    private static Query query(String type, String text) {
        String[] words = text.split(" ");
        if (type.equals("EXACT")) return new TermQuery(new Term(WHOLE, text));
        if (words.length == 1) return new TermQuery(new Term(WORDS, text));
        if (type.equals("PHRASE")) return new PhraseQuery(WORDS, words);
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (String word : new LinkedHashSet<>(List.of(words))) {
            all.add(new TermQuery(new Term(WORDS, word)), BooleanClause.Occur.MUST);
        }
        return all.build();
    }

    private static Document document(String text) {
        Document document = new Document();
        document.add(new TextField(WORDS, text, Field.Store.NO));
        document.add(new StringField(WHOLE, text, Field.Store.NO));
        return document;
    }

    private void serve() throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = commands.readLine()) != null;) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "round" -> round(Double.parseDouble(words[1]), words.length > 2 ? Integer.parseInt(words[2]) : BATCH);
                case "answers" -> answers(Integer.parseInt(words[1]), Path.of(words[2]));
                case "update" -> update();
                default -> throw new IllegalArgumentException("expected round, answers or update, got " + line);
            }
        }
        System.exit(0);
    }

    private void round(double seconds, int batch) throws IOException {
        long cpu = cpuNanos();
        long queries = 0;
        long found = 0;
        while (seconds(cpuNanos() - cpu) < seconds) {
            List<String> asked = texts.subList(at, Math.min(texts.size(), at + batch));
            for (Collection<QueryMatch> matches : match(asked)) found += matches.size();
            queries += asked.size();
            at = at + asked.size() == texts.size() ? 0 : at + asked.size();
        }
        say("{\"queries\": %d, \"cpu_seconds\": %f, \"found\": %d}", queries, seconds(cpuNanos() - cpu), found);
    }

    private List<Collection<QueryMatch>> match(List<String> asked) throws IOException {
        List<Collection<QueryMatch>> matches = new ArrayList<>(asked.size());
        if (asked.size() == 1) {
            matches.add(monitor.match(document(asked.get(0)), QueryMatch.SIMPLE_MATCHER).getMatches());
            return matches;
        }
        Document[] documents = asked.stream().map(MonitorPeer::document).toArray(Document[]::new);
        var all = monitor.match(documents, QueryMatch.SIMPLE_MATCHER);
        for (int number = 0; number < documents.length; number++) matches.add(all.getMatches(number));
        return matches;
    }

    private void answers(int count, Path file) throws IOException {
        int most = Math.min(count, texts.size());
        try (BufferedWriter to = Files.newBufferedWriter(file)) {
            for (int start = 0; start < most; start += BATCH) {
                for (Collection<QueryMatch> matches : match(texts.subList(start, Math.min(most, start + BATCH)))) {
                    int[] numbers = matches.stream().mapToInt(it -> Integer.parseInt(it.getQueryId())).sorted().toArray();
                    StringBuilder line = new StringBuilder();
                    for (int number : numbers) line.append(line.length() == 0 ? "" : " ").append(number);
                    to.write(line.append('\n').toString());
                }
            }
        }
        say("{\"texts\": %d}", most);
    }

    private void update() throws IOException {
        long started = System.nanoTime();
        long cpu = cpuNanos();
        monitor.register(new MonitorQuery("-1", query("PHRASE", ADDED)));
        if (match(List.of(ADDED)).get(0).size() != 1) throw new IllegalStateException("what update added is not found");
        say("{\"seconds\": %f, \"cpu_seconds\": %f}", seconds(System.nanoTime() - started), seconds(cpuNanos() - cpu));
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(java.util.Locale.ROOT, format, values));
        System.out.flush();
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
