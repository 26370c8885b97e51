package dev.myelin.net;

import dev.myelin.tensor.Tensor;
import dev.myelin.tensor.TensorPool;
import dev.myelin.wire.Limits;
import dev.myelin.wire.Message;
import dev.myelin.wire.PeerException;
import dev.myelin.wire.TensorHeader;

/// Lands tensors straight in files of a folder.
final class FolderIntake implements Intake {
  FolderIntake(Reception.Folder folder, TensorPool pool, Limits.Streams limits) {}

  @Override
  public Tensor land(int stream, TensorHeader header) throws PeerException {
    throw new PeerException.Refused("later");
  }

  @Override
  public Tensor landChunk(int stream, long sequence, long bytes) throws PeerException {
    throw new PeerException.Refused("later");
  }

  @Override
  public void complete(PeerId from, Message.Transfer transfer) {}

  @Override
  public void chunk(PeerId from, Message.TensorData data) {}

  @Override
  public long end(PeerId from, Message.End end) {
    return 0;
  }

  @Override
  public void drop(int stream) {}

  @Override
  public void close() {}
}
