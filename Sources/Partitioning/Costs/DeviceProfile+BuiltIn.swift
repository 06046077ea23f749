import StrictJSON

extension DeviceProfile {
  /// The names of the profiles that come with the program.
  public static let builtInNames = builtIns.map(\.name)

  /// A profile that comes with the program; `nil` where there is none of that name.
  public static func builtIn(named name: String) -> DeviceProfile? {
    guard let entry = builtIns.first(where: { $0.name == name }) else { return nil }
    do throws(InputError) {
      return try DeviceProfile(JSONParser.parse(entry.json, file: "\(name).json"))
    } catch {
      preconditionFailure("built-in profile \(name): \(error)")
    }
  }

  /// The built-in profile of that name, or the file where the name has a slash or ends in `.json`.
  ///
  /// Throws `InputError` with the nearest name where there is neither.
  public static func find(_ name: String) throws(InputError) -> DeviceProfile {
    if let profile = builtIn(named: name) { return profile }
    if name.contains("/") || name.hasSuffix(".json") { return try DeviceProfile(contentsOf: name) }
    throw InputError(
      "there is no built-in profile '\(name.printable)' (known: \(builtInNames.joined(separator: ", ")); "
        + "a profile file ends in .json)", suggestion: builtInNames.nearest(to: name, within: 4))
  }

  private static let builtIns: [(name: String, json: [UInt8])] = [
    ("stm32-l4r5zi", PackageResources.stm32_l4r5zi_json), ("stm32-h7a3zi", PackageResources.stm32_h7a3zi_json),
    ("raspberry-pi-3b", PackageResources.raspberry_pi_3b_json),
    ("raspberry-pi-4", PackageResources.raspberry_pi_4_json), ("raspberry-pi-5", PackageResources.raspberry_pi_5_json),
    ("phone", PackageResources.phone_json), ("jetson-nano", PackageResources.jetson_nano_json),
    ("jetson-tx2", PackageResources.jetson_tx2_json), ("jetson-orin-nano", PackageResources.jetson_orin_nano_json),
    ("xeon-server-core", PackageResources.xeon_server_core_json), ("nvidia-k40", PackageResources.nvidia_k40_json),
    ("nvidia-t4", PackageResources.nvidia_t4_json), ("nvidia-a10", PackageResources.nvidia_a10_json),
    ("nvidia-a100", PackageResources.nvidia_a100_json),
  ]
}
