import Costs

/// The figures of the source texts, each with what the model makes of its setup.
public struct Claims: Sendable {
  /// What figures are priced by.
  public let profiles: ClaimProfiles

  /// The figures, priced by these profiles.
  public init(_ profiles: ClaimProfiles) { self.profiles = profiles }

  /// The rows that are recomputed, in their order.
  public static let ids = rows.map(\.id)

  /// The rows that the model can't recompute yet, and what each waits for.
  public static let pending: [(id: String, waitsFor: String)] = []

  typealias Row = (
    id: String, subject: String, find: @Sendable (Claims) throws(ClaimError) -> Found
  )

  /// What a row's recomputation comes to.
  typealias Found = (checks: [ClaimCheck], note: String)

  static let rows: [Row] =
    faultRows + permissionRows + bootRows + reportRows + flagRows + tableRows + missRows
    + replacementRows + pressureRows + sharingRows + tierRows + migrationRows

  /// All findings, in the order of their rows.
  public func findings() throws(ClaimError) -> [ClaimFinding] {
    var findings: [ClaimFinding] = []
    for id in Self.ids { findings.append(try finding(id)) }
    return findings.sorted { $0.id < $1.id }
  }

  /// One row, recomputed.
  public func finding(_ id: String) throws(ClaimError) -> ClaimFinding {
    guard let row = Self.rows.first(where: { $0.id == id }) else {
      throw .unexpected("there is no row “\(id)”")
    }
    let (checks, note) = try row.find(self)
    return ClaimFinding(id: row.id, subject: row.subject, checks: checks, note: note)
  }

  // MARK: Prices

  func textbook(_ architecture: CostProfile.Architecture) throws(ClaimError) -> CostProfile {
    guard let profile = profiles.textbook[architecture] else {
      throw .lacking("textbook profile of \(architecture.rawValue)")
    }
    return profile
  }

  func price(_ component: Component, _ profile: CostProfile) throws(ClaimError) -> Price {
    guard let price = profile[component] else {
      throw .lacking("price of \(component.name) in “\(profile.name)”")
    }
    return price
  }

  /// A price in cycles of the profile's clock.
  func cycles(_ femtoseconds: UInt64, _ profile: CostProfile) throws(ClaimError) -> Double {
    guard let hertz = profile.clockHertz else { throw .lacking("clock in “\(profile.name)”") }
    return Double(femtoseconds) * Double(hertz) / 1e15
  }

  /// A profile with prices of a row's own, in femtoseconds.
  func profile(
    _ profile: CostProfile, _ row: String, with prices: [(Component, UInt64)]
  ) throws(ClaimError) -> CostProfile {
    var changed = profile
    for (component, femtoseconds) in prices {
      do throws(PriceError) {
        changed = changed.with(
          component, try Price(femtoseconds, source: PriceSource(.textbook, row: row)))
      } catch {
        throw .unexpected(error.description)
      }
    }
    return changed
  }
}
