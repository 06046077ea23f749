import Inference
import StrictJSON
import Testing

import Partitioning

@Suite struct MeasuredLayersTests {
  /// A machine whose time is a sum of what a layer does.
  private func microseconds(_ work: CostGraph.Work) -> Double {
    2 + Double(work.macs) / 40_000 + Double(work.inputBytes + work.outputBytes) / 15_000
      + Double(work.weightBytes) / 25_000
  }

  private func layer(_ index: Int, kind: String = "Conv 3x3") -> CostGraph.Work {
    let macs = 10_000 * (1 + index * index % 37)
    let (input, weights, output) = (4_000 * (1 + index % 7), 900 * (1 + index % 11), 3_000 * (1 + index % 5))
    return CostGraph.Work(
      macs: macs, bytes: input + weights + output, weightBytes: weights, outputBytes: output,
      costClass: .convolution, kind: kind)
  }

  private func sample(_ work: CostGraph.Work) -> MeasuredLayers.Sample {
    MeasuredLayers.Sample(work: work, networkBytes: 500_000, microseconds: microseconds(work))
  }

  @Test func `a machine that is a sum of overhead, arithmetic and traffic is found again`() throws {
    let layers = MeasuredLayers((0..<60).map { sample(layer($0)) })
    for index in 60..<90 {
      let told = try #require(layers.nanoseconds(of: layer(index), networkBytes: 500_000))
      #expect(abs(told / 1e3 / microseconds(layer(index)) - 1) < 0.02)
    }
  }

  @Test func `a kind that is faster than its class is told by its own layers`() throws {
    let slow = (0..<30).map { sample(layer($0)) }
    let fast = (0..<4).map { index in
      let work = layer(index, kind: "Conv 1x1")
      return MeasuredLayers.Sample(work: work, networkBytes: 500_000, microseconds: microseconds(work) / 4)
    }
    let layers = MeasuredLayers(slow + fast)
    let work = layer(2, kind: "Conv 1x1")
    let told = try #require(layers.nanoseconds(of: work, networkBytes: 500_000)) / 1e3
    #expect(abs(told / (microseconds(work) / 4) - 1) < 0.2)
    #expect(layers.nanoseconds(of: CostGraph.Work(macs: 1, bytes: 1, costClass: .gemm), networkBytes: 1) == nil)
  }

  @Test func `a profile with measured layers is read as it was written`() throws {
    let layers = MeasuredLayers((0..<20).map { sample(layer($0)) })
    let profile = DeviceProfile(name: "host", source: "measured", rates: [:], measured: layers)
    let text = profile.json.pretty
    let read = try DeviceProfile(JSONParser.parse(text, file: "host.json"))
    #expect(read.measured == layers)
    let network = CostGraph(
      name: "one",
      layers: [.init(name: "conv", inputs: [], outputs: [0], work: layer(3))],
      tensors: [.init(name: "y", producer: 0, consumers: [], bytes: 4, isResult: true)])
    let told = try #require(layers.nanoseconds(of: layer(3), networkBytes: network.touchedBytes))
    #expect(read.nanoseconds(of: network) == [.nanoseconds(told)])
    #expect(read.batchCosts(of: network)[0].nanoseconds(items: 1) == .nanoseconds(told))
    let roofline = DeviceProfile(
      name: "host", source: "measured",
      rates: [.convolution: .init(macsPerSecond: 1e9, bytesPerSecond: 1e9, overheadSeconds: 1e-6)], measured: layers)
    let batch = roofline.batchCosts(of: network)[0]
    #expect(abs(batch.nanoseconds(items: 1) - .nanoseconds(told)) <= 1)
    #expect(batch.nanoseconds(items: 8) > batch.nanoseconds(items: 1))
  }

  @Test func `a mistake in a measured layer is shown where it is`() {
    let text = """
      {"offloadsim_profile": 1, "name": "x", "layers": [{"kind": "Conv 3x3", "class": "convv", "network_bytes": 1, "us": -1}]}
      """
    #expect {
      try DeviceProfile(JSONParser.parse(text, file: "x.json"))
    } throws: { error in
      let text = "\(error)"
      return text.contains("x.json:1:") && text.contains("conv") && text.contains("us")
    }
  }
}
