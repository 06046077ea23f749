extension RequestRecord {
  /// Adds the parts of another record's time.
  ///
  /// No part is larger than the latency: whoever sees that the sum of latencies fits knows that these do.
  public mutating func addParts(of other: borrowing RequestRecord) {
    deviceCompute &+= other.deviceCompute
    deviceQueue &+= other.deviceQueue
    serialize &+= other.serialize
    uplink &+= other.uplink
    edgeCompute &+= other.edgeCompute
    edgeQueue &+= other.edgeQueue
    cloudCompute &+= other.cloudCompute
    cloudQueue &+= other.cloudQueue
    downlink &+= other.downlink
  }

  /// Adds the bytes and joules of another record.
  public mutating func addUse(of other: borrowing RequestRecord) {
    bytesUp += other.bytesUp
    bytesDown += other.bytesDown
    addJoules(of: other)
  }

  mutating func addJoules(of other: borrowing RequestRecord) {
    deviceComputeJoules += other.deviceComputeJoules
    transmitJoules += other.transmitJoules
    receiveJoules += other.receiveJoules
    waitJoules += other.waitJoules
    radioOverheadJoules += other.radioOverheadJoules
    serverJoules += other.serverJoules
  }
}
