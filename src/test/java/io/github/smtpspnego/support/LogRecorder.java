package io.github.smtpspnego.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Records what the library logs; {@code logging.properties} keeps it off the console. */
public final class LogRecorder extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("io.github.smtpspnego");
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  private LogRecorder() {}

  public static LogRecorder start() {
    LogRecorder recorder = new LogRecorder();
    recorder.logger.addHandler(recorder);
    recorder.logger.setLevel(Level.ALL);
    return recorder;
  }

  public List<String> warnings() {
    return at(Level.WARNING);
  }

  public List<String> infos() {
    return at(Level.INFO);
  }

  public List<String> debugs() {
    return at(Level.FINE);
  }

  private List<String> at(Level level) {
    return records.stream()
        // Angus Mail logs under the name of its transport's package, which is ours for a subclass.
        .filter(record -> logger.getName().equals(record.getLoggerName()))
        .filter(record -> record.getLevel().equals(level))
        .map(new SimpleFormatter()::formatMessage)
        .toList();
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setLevel(null);
  }
}
