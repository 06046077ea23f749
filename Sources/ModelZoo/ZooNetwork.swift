import Inference

/// A network of the zoo.
///
/// To add one, write a conforming type in `Networks/` and a line in `Zoo.all`.
package protocol ZooNetwork: Sendable {
  var description: NetworkDescription { get }

  /// Adds the layers that lead from `input` to the network's output, and returns that.
  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID
}
