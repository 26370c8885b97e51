package dev.myelin.wire.zmtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.myelin.testkit.Property;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZmtpKeystreamTest {
  @Test
  void aBoxMadeInPiecesIsTheBoxOfTheLibrary() {
    Property.check(
        200,
        random -> {
          byte[] key = new byte[ZmtpBox.KEY];
          random.nextBytes(key);
          long counter = random.nextLong();
          byte[] text = new byte[random.nextInt(700)];
          random.nextBytes(text);

          ZmtpKeystream keystream = new ZmtpKeystream(key, ZmtpCurve.FROM_SERVER);
          keystream.begin(~counter);
          keystream.begin(counter);
          byte[] box = new byte[ZmtpBox.TAG + text.length];
          for (int at = 0; at < text.length; ) {
            int count = Math.min(1 + random.nextInt(200), text.length - at);
            keystream.process(text, at, count, box, ZmtpBox.TAG + at);
            at += count;
          }
          keystream.authenticate(box, ZmtpBox.TAG, text.length);
          keystream.tag(box, 0);

          byte[] nonce = ZmtpBox.nonce(ZmtpCurve.FROM_SERVER, ZmtpCurve.counter(counter));
          assertThat(box).isEqualTo(ZmtpBox.seal(key, nonce, text));
          assertThat(ZmtpBox.open(key, nonce, box)).isEqualTo(text);
          box[random.nextInt(box.length)] ^= 1;
          assertThat(ZmtpBox.open(key, nonce, box)).isNull();
          assertThat(ZmtpBox.open(key, nonce, Arrays.copyOf(box, random.nextInt(ZmtpBox.TAG))))
              .isNull();
        });
  }
}
