package io.github.smtpspnego.gss;

/**
 * A set of hashes that only grows, in one array: a garbage collector has nothing to follow in it.
 * Zero marks a free place, so the hash zero is kept as one.
 */
final class LongSet {
  private static final int SMALLEST = 1 << 8;

  private long[] places = new long[SMALLEST];
  private int size;

  boolean contains(long hash) {
    return places[place(hash)] != 0;
  }

  void add(long hash) {
    int place = place(hash);
    if (places[place] != 0) {
      return;
    }
    places[place] = marked(hash);
    size++;
    if (size > places.length / 2) {
      grow();
    }
  }

  int size() {
    return size;
  }

  /** Where the hash stands, or the free place where it belongs. At least half are free. */
  private int place(long hash) {
    int mask = places.length - 1;
    int place = (int) hash & mask;
    while (places[place] != 0 && places[place] != marked(hash)) {
      place = place + 1 & mask;
    }
    return place;
  }

  private void grow() {
    long[] before = places;
    places = new long[2 * before.length];
    for (long hash : before) {
      if (hash != 0) {
        places[place(hash)] = hash;
      }
    }
  }

  private static long marked(long hash) {
    return hash == 0 ? 1 : hash;
  }
}
