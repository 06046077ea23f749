import Partitioning
import StrictJSON
public struct DeviceProfile: Sendable {
  init(_ n: JSONNode) throws(InputError) {}
  static func builtIn(named: String) -> DeviceProfile? {
    ["pi"].contains(named) ? try? DeviceProfile(JSONNode(.null, at: SourcePosition(file: ""))) : nil
  }
  static let builtInNames = ["pi"]
}
