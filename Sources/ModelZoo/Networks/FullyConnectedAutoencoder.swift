import Inference

/// The anomaly detection network of MLPerf Tiny: 640 spectrogram values through a bottleneck of 8 and back.
struct FullyConnectedAutoencoder: ZooNetwork {
  let description = NetworkDescription(
    "fc_autoencoder", "FC auto-encoder (MLPerf Tiny AD)", input: [1, 640],
    citation: "Banbury et al., \"MLPerf Tiny Benchmark\", NeurIPS Datasets and Benchmarks 2021; mlcommons/tiny")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = input
    for (index, width) in [128, 128, 128, 128, 8, 128, 128, 128, 128].enumerated() {
      value = try net.linear("layers.\(index).0", value, width)
      value = try net.batchNormalization("layers.\(index).1", value, epsilon: 1e-3)
      value = try net.activation("layers.\(index).2", value, .relu)
    }
    return try net.linear("output", value, 640)
  }
}
