package dev.myelin.bench.endtoend;

import java.util.ArrayList;
import java.util.List;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/// JeroMQ, XPUB to many SUB over TCP; as [MyelinPublish].
final class JeroMqPublish extends JavaDesign {
  private static final String HOST = "tcp://127.0.0.1";

  JeroMqPublish() {
    super("jeromq-pub", "JeroMQ 0.6.0, XPUB and SUB over TCP, both without marks");
  }

  @Override
  public boolean measures(Case what) {
    return what.what() == Case.What.PUBLISH;
  }

  @Override
  Side serve() {
    return new Served();
  }

  @Override
  Side drive(String address) {
    return new Driven(address.split(",", -1));
  }

  private static final class Served implements Side {
    private final ZContext context = new ZContext();
    private final ZMQ.Socket publisher = context.createSocket(SocketType.XPUB);
    private final ZMQ.Socket begin = context.createSocket(SocketType.PULL);
    private final String address;
    private boolean subscribed;
    private double heapBytes;

    Served() {
      publisher.setHWM(0);
      publisher.setXpubVerbose(true);
      address = publisher.bindToRandomPort(HOST) + "," + begin.bindToRandomPort(HOST);
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public void prepare(Task task, Memory memory) {
      for (int i = 0; i < Task.SUBSCRIBERS && !subscribed; i++) {
        publisher.recv();
      }
      subscribed = true;
    }

    @Override
    public void flow(Task task, Memory memory) {
      byte[] message = new byte[task.piece()];
      begin.recv();
      long before = HeapClock.bytes();
      for (long i = 0; i < task.count(); i++) {
        publisher.send(message);
      }
      begin.recv();
      heapBytes = (HeapClock.bytes() - before) / (double) task.count();
    }

    @Override
    public List<Double> figures() {
      return List.of(heapBytes);
    }

    @Override
    public void close() {
      context.close();
    }
  }

  private static final class Driven implements Side {
    private final ZContext context = new ZContext();
    private final List<ZMQ.Socket> subscribers = new ArrayList<>();
    private final ZMQ.Socket begin = context.createSocket(SocketType.PUSH);

    Driven(String[] ports) {
      for (int i = 0; i < Task.SUBSCRIBERS; i++) {
        ZMQ.Socket subscriber = context.createSocket(SocketType.SUB);
        subscriber.setHWM(0);
        subscriber.subscribe(ZMQ.SUBSCRIPTION_ALL);
        subscriber.connect(HOST + ":" + ports[0]);
        subscribers.add(subscriber);
      }
      begin.connect(HOST + ":" + ports[1]);
    }

    @Override
    public void flow(Task task, Memory memory) {
      begin.send(new byte[1]);
      for (long i = 0; i < task.count(); i++) {
        for (ZMQ.Socket subscriber : subscribers) {
          subscriber.recv();
        }
      }
      begin.send(new byte[1]);
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
