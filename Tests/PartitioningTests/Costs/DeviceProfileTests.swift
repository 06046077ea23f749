import Inference
import Partitioning
import StrictJSON
import Testing

struct DeviceProfileTests {
  @Test(arguments: DeviceProfile.builtInNames)
  func builtInProfilesSayWhereTheyComeFrom(name: String) throws {
    let profile = try DeviceProfile.find(name)
    #expect(profile.name == name)
    #expect(profile.source.hasPrefix("measured: ") || profile.source.hasPrefix("estimate: "))
    #expect(profile.busyWatts > profile.idleWatts)
    #expect((profile.memoryBytes ?? 0) > 0)
    for kind in CostClass.allCases where kind != .memory {
      #expect((profile.rates(of: kind).macsPerSecond ?? 0) > 0)
    }
  }

  /// The measured inference rates of MLPerf Tiny v1.1, from the multiply-accumulates of each class.
  @Test(arguments: [("stm32-l4r5zi", 4.505, 13.759, 131.95), ("stm32-h7a3zi", 18.215, 60.988, 547.23)])
  func microcontrollersTakeTheirMeasuredTimes(name: String, resnet8: Double, dsCNN: Double, autoencoder: Double) throws
  {
    let profile = try DeviceProfile.find(name)
    func seconds(_ macs: Int, _ kind: CostClass) -> Double { profile.rates(of: kind).seconds(macs: macs, bytes: 0) }
    #expect(abs(seconds(12_501_632, .convolution) * resnet8 - 1) < 0.002)
    #expect(abs((seconds(2_368_000, .convolution) + seconds(288_000, .depthwise)) * dsCNN - 1) < 0.002)
    #expect(abs(seconds(264_192, .gemm) * autoencoder - 1) < 0.002)
  }

  private func profile(_ classes: String) throws -> DeviceProfile {
    try DeviceProfile(
      JSONParser.parse(#"{"offloadsim_profile": 1, "name": "p", "classes": \#(classes)}"#, file: "p.json"))
  }

  @Test func timeIsOverheadAndTheTighterLimit() throws {
    let profile = try profile(
      #"{"conv": {"gmacs_per_s": 2, "gbytes_per_s": 4, "overhead_us": 10}, "memory": {"gbytes_per_s": 1}}"#)
    #expect(profile.nanoseconds(macs: 2_000_000, bytes: 100, .convolution) == 1_010_000)
    #expect(profile.nanoseconds(macs: 100, bytes: 4_000_000, .convolution) == 1_010_000)
    #expect(profile.nanoseconds(macs: 1_000_000, bytes: 5000, .gemm) == 5000)
    #expect(profile.nanoseconds(macs: 0, bytes: 5000, .memory) == 5000)
  }

  @Test func missingNumbersAreNoLimit() throws {
    #expect(try profile("{}").nanoseconds(macs: 1_000_000, bytes: 1_000_000, .convolution) == 0)
    #expect(try profile(#"{"conv": {}}"#).nanoseconds(macs: 1_000_000, bytes: 1_000_000, .convolution) == 0)
    let slow = try profile(#"{"conv": {"gmacs_per_s": 1e-9}}"#)
    #expect(slow.nanoseconds(macs: .max, bytes: .max, .convolution) == 1 << 61)
  }

  @Test func writesWhatItReads() throws {
    let profile = try DeviceProfile.find("raspberry-pi-4")
    let again = try DeviceProfile(JSONParser.parse(profile.json.pretty, file: "again.json"))
    #expect(again.json == profile.json)
  }

  @Test func namesTheNearestProfile() throws {
    let error = try #require(throws: InputError.self) { try DeviceProfile.find("rasberry-pi-4") }
    #expect(error.description.contains("did you mean 'raspberry-pi-4'"))
  }

  @Test(arguments: [
    #"{"conv": {"gmacs_per_s": 0}}"#, #"{"conv": {"gmacs_per_s": -1}}"#, #"{"cnv": {}}"#,
    #"{"conv": {"gmac_per_s": 1}}"#,
    #"{"memory": {"overhead_us": -1}}"#, "[]",
  ])
  func refuses(classes: String) { #expect(throws: InputError.self) { try profile(classes) } }
}
