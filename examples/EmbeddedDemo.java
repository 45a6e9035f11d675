public class EmbeddedDemo {
  public static void main(String[] args) {}
}
