public import Costs

/// The profiles that figures are priced by.
public struct ClaimProfiles: Sendable {
  /// The source texts' own, by architecture.
  public let textbook: [CostProfile.Architecture: CostProfile]
  /// A machine of x86-64 that was measured.
  public let measuredX86: CostProfile
  /// A machine of Arm that was measured, and whose clock is known.
  public let measuredArm: CostProfile

  /// Profiles to price by.
  public init(
    textbook: [CostProfile], measuredX86: CostProfile, measuredArm: CostProfile
  ) {
    self.textbook = Dictionary(
      textbook.map { ($0.architecture, $0) }, uniquingKeysWith: { first, _ in first })
    self.measuredX86 = measuredX86
    self.measuredArm = measuredArm
  }
}
