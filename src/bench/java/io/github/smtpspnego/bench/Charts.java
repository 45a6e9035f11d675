package io.github.smtpspnego.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.ChartTheme;

/** The numbers that are best seen, in one picture. */
final class Charts {
  private static final int WIDTH = 620;
  private static final int HEIGHT = 420;
  private static final String JDK = "JDK";
  private static final String OURS = "smtp-spnego";

  private final List<String> logins = new ArrayList<>();
  private final List<Double> jdkTimes = new ArrayList<>();
  private final List<Double> ourTimes = new ArrayList<>();
  private final List<Integer> threads = new ArrayList<>();
  private final List<Double> jdkRates = new ArrayList<>();
  private final List<Double> ourRates = new ArrayList<>();
  private final Map<String, List<Double>> initiators = new LinkedHashMap<>();

  void wallTime(String login, Sample jdk, Sample ours) {
    logins.add(login);
    jdkTimes.add(jdk.median());
    ourTimes.add(ours.median());
  }

  void throughput(int ofThreads, Sample jdk, Sample ours) {
    threads.add(ofThreads);
    jdkRates.add(jdk.median());
    ourRates.add(ours.median());
  }

  void handshakes(String ending, List<Sample> initiatorsCpu) {
    initiators.put(ending, initiatorsCpu.stream().map(Sample::median).toList());
  }

  void write(Path directory) throws IOException {
    List<Chart<?, ?>> charts = List.of(wallTimes(), throughputs(), handshakes());
    BitmapEncoder.saveBitmap(
        new ArrayList<>(charts),
        1,
        charts.size(),
        directory.resolve("chart").toString(),
        BitmapFormat.PNG);
  }

  private CategoryChart wallTimes() {
    CategoryChart chart = bars("Wall time of an authenticated connection", "ms");
    chart.getStyler().setXAxisLabelRotation(20); // or they overlap
    chart.addSeries(JDK, logins, jdkTimes);
    chart.addSeries(OURS, logins, ourTimes);
    return chart;
  }

  private XYChart throughputs() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .theme(ChartTheme.GGPlot2)
            .title("Authenticated connections per second, keytab")
            .xAxisTitle("threads")
            .build();
    chart.getStyler().setYAxisMin(0.0);
    chart.addSeries(JDK, threads, jdkRates);
    chart.addSeries(OURS, threads, ourRates);
    return chart;
  }

  private CategoryChart handshakes() {
    CategoryChart chart = bars("CPU of an initiator, without sockets", "µs");
    List<String> pairs = List.of("bare calls", "our client", "by Sasl");
    initiators.forEach((ending, cpu) -> chart.addSeries(ending, pairs, cpu));
    return chart;
  }

  private static CategoryChart bars(String title, String unit) {
    return new CategoryChartBuilder()
        .width(WIDTH)
        .height(HEIGHT)
        .theme(ChartTheme.GGPlot2)
        .title(title)
        .yAxisTitle(unit)
        .build();
  }
}
