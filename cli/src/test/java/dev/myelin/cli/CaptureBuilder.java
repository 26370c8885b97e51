package dev.myelin.cli;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Makes capture files of Ethernet frames between 10.0.0.1 and 10.0.0.2.
final class CaptureBuilder {
  private static final int ETHERNET = 1;

  private final List<byte[]> frames = new ArrayList<>();

  CaptureBuilder() {}

  CaptureBuilder tcp(int from, int to, int sequence, byte[] payload, boolean begins) {
    ByteBuffer frame = ByteBuffer.allocate(14 + 20 + 20 + payload.length);
    frame.position(12);
    frame.putShort((short) 0x0800);
    frame.put((byte) 0x45).put((byte) 0).putShort((short) (40 + payload.length));
    frame.putInt(0).put((byte) 64).put((byte) 6).putShort((short) 0);
    frame.putInt(0x0A000001).putInt(0x0A000002);
    frame.putShort((short) from).putShort((short) to).putInt(sequence).putInt(0);
    frame.put((byte) 0x50).put((byte) (begins ? 2 : 0x18)).putShort((short) 100).putInt(0);
    frame.put(payload);
    frames.add(frame.array());
    return this;
  }

  /// Returns a classic file, little-endian.
  byte[] classic() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer head = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(0xA1B2C3D4).putShort((short) 2).putShort((short) 4).putLong(0).putInt(65_535);
    head.putInt(ETHERNET);
    out.writeBytes(head.array());
    for (byte[] frame : frames) {
      ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      record.putLong(0).putInt(frame.length).putInt(frame.length);
      out.writeBytes(record.array());
      out.writeBytes(frame);
    }
    return out.toByteArray();
  }

  /// Returns a pcapng file, big-endian.
  byte[] nextGeneration() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer section = ByteBuffer.allocate(16);
    section.putInt(0x1A2B3C4D).putShort((short) 1).putShort((short) 0).putLong(-1);
    out.writeBytes(block(0x0A0D0D0A, section.array()));
    ByteBuffer link = ByteBuffer.allocate(8);
    link.putShort((short) ETHERNET).putShort((short) 0).putInt(65_535);
    out.writeBytes(block(1, link.array()));
    for (byte[] frame : frames) {
      ByteBuffer packet = ByteBuffer.allocate(20 + (frame.length + 3) / 4 * 4);
      packet.putInt(0).putLong(0).putInt(frame.length).putInt(frame.length).put(frame);
      out.writeBytes(block(6, packet.array()));
    }
    return out.toByteArray();
  }

  private static byte[] block(int type, byte[] body) {
    int length = body.length + 12;
    return ByteBuffer.allocate(length).putInt(type).putInt(length).put(body).putInt(length).array();
  }
}
