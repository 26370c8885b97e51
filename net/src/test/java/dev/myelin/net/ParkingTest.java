package dev.myelin.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ParkingTest {
  private final Parking parking = new Parking();
  private final List<String> settled = new CopyOnWriteArrayList<>();
  private final List<String> dropped = new CopyOnWriteArrayList<>();

  /// What a guest meets, by its name; it finds a place where nothing stands.
  private final Map<String, Parking.Place> met = new ConcurrentHashMap<>();

  /// A guest whose owner is the first letter of its name.
  private Parking.Guest guest(String name) {
    return new Parking.Guest() {
      @Override
      public Parking.Place settle() {
        Parking.Place place = met.getOrDefault(name, Parking.Place.FOUND);
        if (place == Parking.Place.FOUND) {
          settled.add(name);
        }
        return place;
      }

      @Override
      public Object owner() {
        return name.substring(0, 1);
      }

      @Override
      public void drop() {
        dropped.add(name);
      }
    };
  }

  private FutureTask<Boolean> porter() {
    return Lab.aside(
        () -> {
          parking.run();
          return true;
        });
  }

  private void close(FutureTask<Boolean> porter) throws Exception {
    parking.close();
    assertThat(porter.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void guestsFindPlacesInTheOrderInWhichTheyCame() throws Exception {
    for (String name : List.of("a1", "b1", "a2")) {
      parking.add(guest(name));
    }
    FutureTask<Boolean> porter = porter();

    Lab.eventually("all have one", parking::isEmpty);
    assertThat(settled).containsExactly("a1", "b1", "a2");
    close(porter);
    assertThat(dropped).isEmpty();
  }

  @Test
  void aConnectionThatIsFullHoldsItsOwnGuestsAlone() throws Exception {
    met.put("a1", Parking.Place.CONNECTION_FULL);
    for (String name : List.of("a1", "a2", "b1")) {
      parking.add(guest(name));
    }
    FutureTask<Boolean> porter = porter();

    Lab.eventually("the other has one", () -> parking.size() == 2);
    assertThat(settled).containsExactly("b1");
    met.remove("a1");
    parking.somethingCameFree();
    Lab.eventually("all have one", parking::isEmpty);
    assertThat(settled).containsExactly("b1", "a1", "a2");
    close(porter);
  }

  @Test
  void aNodeThatIsFullHoldsAllUntilSomethingComesFree() throws Exception {
    met.put("a1", Parking.Place.NODE_FULL);
    parking.add(guest("a1"));
    parking.add(guest("b1"));
    FutureTask<Boolean> porter = porter();
    met.remove("a1");
    parking.somethingCameFree();

    Lab.eventually("all have one", parking::isEmpty);
    assertThat(settled).containsExactly("a1", "b1");
    close(porter);
  }

  @Test
  void whoeverStillWaitsWhenItClosesIsDroppedAndSoIsWhoeverComesLater() {
    parking.add(guest("a1"));
    parking.close();
    parking.add(guest("a2"));

    assertThat(dropped).containsExactly("a1", "a2");
    assertThat(settled).isEmpty();
  }
}
