import Inference
import Testing

struct LayerGroupTests {
  @Test func fusesWhatOneKernelComputes() throws {
    let graph = try Networks.residual()
    let layers = graph.layers(fused: true)
    func names(_ layer: LayerGroup) -> [String] { layer.nodes.map { graph.nodes[$0].name } }
    // The addition goes to the later of its two branches.
    #expect(
      layers.map(names) == [
        ["stem.conv", "stem.bn", "stem.act"], ["block.left.conv", "block.left.bn"],
        ["block.right.conv", "block.right.bn", "block.add", "block.relu"],
        ["silu.conv.conv", "silu.sigmoid", "silu.mul"],
        ["clip.conv.conv", "clip.conv.bn", "clip.conv.act"], ["skip.add"], ["mean"], ["head.matmul", "head.bias"],
        ["head.softmax"],
      ])
    #expect(
      layers.map(\.name) == [
        "stem", "block.left", "block", "silu", "clip.conv", "skip.add", "mean", "head", "head.softmax",
      ])
    #expect(layers[2].costClass == .convolution)
    #expect(layers[7].costClass == .gemm)
    #expect(layers[5].costClass == .memory)
  }

  /// What a layer reads has been made by layers before it.
  @Test(arguments: [true, false])
  func layersAreInOrder(fused: Bool) throws {
    let graph = try Networks.residual()
    let layers = graph.layers(fused: fused)
    var known = Set(graph.inputs)
    for layer in layers {
      #expect(layer.inputs.allSatisfy(known.contains))
      known.formUnion(layer.outputs)
    }
    #expect(layers.flatMap(\.nodes).sorted() == Array(graph.nodes.indices))
    #expect(Set(layers.map(\.name)).count == layers.count)
  }

  @Test func countsAddUp() throws {
    let graph = try Networks.residual()
    let pixels = 9 * 7
    let macs = pixels * (8 * 3 * 9 + 8 * 8 * 9 + 8 * 8 + 16 * 8 + 8 * 16) + 8 * 5
    let parameters = 8 * 27 + 8 * 72 + 8 * 8 + 16 * 8 + 8 * 16 + 4 * 16 + 8 * 5 + 5
    for fused in [true, false] {
      let layers = graph.layers(fused: fused)
      #expect(layers.reduce(0) { $0 + $1.macs } == macs)
      #expect(layers.reduce(0) { $0 + $1.parameters } == parameters)
      #expect(layers.reduce(0) { $0 + $1.weightBytes } == 4 * parameters)
    }
    #expect(graph.macs == macs)
    #expect(graph.parameterCount == parameters)
    let stem = graph.layers(fused: true)[0]
    #expect(stem.bytes == 4 * (3 * pixels + 8 * 27 + 16 + 8 * pixels))
  }

  /// Nothing is fused over a value that somebody else reads.
  @Test func keepsWhatIsReadTwice() throws {
    var net = Weights(GraphBuilder(name: "twice"), seed: 1)
    let x = net.builder.input("x", .float32, [1, 2, 3, 3])
    let conv = try net.convolution("a", x, [2, 2, 1, 1])
    let relu = try net.node("relu", "Relu", [conv])
    net.builder.output(try net.node("sum", "Add", [conv, relu]))
    #expect(net.builder.build().layers(fused: true).map(\.nodes.count) == [1, 1, 1])

    var visible = Weights(GraphBuilder(name: "visible"), seed: 1)
    let y = visible.builder.input("x", .float32, [1, 2, 3, 3])
    let inner = try visible.convolution("a", y, [2, 2, 1, 1])
    visible.builder.output(inner)
    visible.builder.output(try visible.node("relu", "Relu", [inner]))
    #expect(visible.builder.build().layers(fused: true).map(\.nodes.count) == [1, 1])
  }
}
