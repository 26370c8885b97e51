package dev.myelin.net;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// What happens to a node, as events of a flight recording; they cost nothing while nobody records.
final class Flight {
  private Flight() {}

  /// A connection began, ended, or was refused.
  @Name("dev.myelin.Connection")
  @Label("Connection")
  @Category("Myelin")
  @StackTrace(false)
  static final class ConnectionEvent extends Event {
    @Label("What Happened")
    final String what;

    @Label("Peer")
    final String peer;

    @Label("Remote")
    final String remote;

    @Label("Reason")
    final String reason;

    private ConnectionEvent(String what, String peer, Endpoint remote, String reason) {
      this.what = what;
      this.peer = peer;
      this.remote = remote.toString();
      this.reason = reason;
    }
  }

  /// A tensor was sent or received.
  @Name("dev.myelin.Tensor")
  @Label("Tensor")
  @Category("Myelin")
  @StackTrace(false)
  static final class TensorEvent extends Event {
    @Label("What Happened")
    final String what;

    @Label("Size")
    @DataAmount
    final long bytes;

    private TensorEvent(String what, long bytes) {
      this.what = what;
      this.bytes = bytes;
    }
  }

  static void connected(PeerId peer, Endpoint remote, String dialect) {
    new ConnectionEvent("connected", peer.text(), remote, dialect).commit();
  }

  static void disconnected(PeerId peer, Endpoint remote, String reason) {
    new ConnectionEvent("disconnected", peer.text(), remote, reason).commit();
  }

  static void refused(Endpoint remote, String reason) {
    new ConnectionEvent("refused", "", remote, reason).commit();
  }

  static void sent(long bytes) {
    new TensorEvent("sent", bytes).commit();
  }

  static void received(long bytes) {
    new TensorEvent("received", bytes).commit();
  }
}
