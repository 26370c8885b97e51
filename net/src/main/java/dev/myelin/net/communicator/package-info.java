/// The face of Mooncake's "ZMQ Communicator" over the messaging patterns: sockets by number, the
/// same names for options and for what callbacks are told, and real ZeroMQ on the wire.
///
/// Read [ZmqCommunicator] first. New programs are better served by the sockets of
/// `dev.myelin.net.pattern`, each of which has only the verbs it can honour. This package knows no
/// transport.
package dev.myelin.net.communicator;
