//! A miniature organisation whose assessment was worked by hand.
//!
//! Ids and names are ATT&CK's; who uses what, the dates and the organisation are made up. Every
//! number below was reckoned from the method, not taken from the program: each line can be
//! followed with a calculator, and the tests hold the program to it.
//!
//! Day: 2025-12-01. Platforms: Windows 0.6, Linux 0.4. All policy numbers at their defaults.
//!
//! # Scope
//!
//! Out of the 34 live techniques: T1078.004 (IaaS only), T1595 (PRE), T1200 (excluded), T1021 and
//! with it T1021.001 (decided). T1021.004 stays, for there is a decision about it, and T0843 is
//! in, for it names no platform. In: 34 - 5 = 29; 5 of them have sub-techniques in scope (T1003,
//! T1053, T1059, T1071, T1566; not T1078, whose only sub-technique is out), so 24 are leaves.
//!
//! # Strength of each capability
//!
//! Base `b`, belief `g`, multiplier `m`; proven / expected / claimed is `0 / m g b / m b`, and with
//! `k` of `n` tests passed of freshness `F`, for a prior mean `p`: `m (F k + 2 p) / (F n + 2)`.
//!
//! ```text
//! R-PS      stable 0.3, tagged                          exp 0.3 * 0.75 = 0.225               hi 0.3
//! R-ENC     test 0.2, low level 0.6                     exp 0.2 * 0.6 * 0.75 = 0.09         hi 0.2 * 0.6 = 0.12
//! R-LSASS   STP 4 0.7, tagged, Process Creation 0.9; 2 of 3 tests, 60 days old, F 1
//!           lo  0.9 * 2 / (3 + 2) = 0.36
//!           exp 0.9 * (2 + 2 * 0.75 * 0.7) / (3 + 2) = 0.549
//!           hi  0.9 * (2 + 2 * 0.7) / (3 + 2) = 0.612
//! C-WAF     significant 0.8, published                  exp 0.8 * 0.85 = 0.68               hi 0.8
//! D-WMI     DeTT&CT 3 0.5, attested                     exp 0.5 * 0.7 = 0.35               hi 0.5
//! C-EDR     high 0.7, attested; 1 of 2 tests, 272 days old, F 1 - (272 - 180) / 185 = 0.502702702703
//!           without reach: denominator 2 * 0.502702702703 + 2 = 3.005405405406
//!           lo  0.502702702703 / 3.005405405406 = 0.16726618705
//!           exp (0.502702702703 + 2 * 0.7 * 0.7) / 3.005405405406 = 0.493345323741
//!           hi  (0.502702702703 + 2 * 0.7) / 3.005405405406 = 0.63309352518
//!           on Windows, reach 0.9: lo  0.9 * 0.167266187050 = 0.150539568345
//!                                  exp 0.9 * 0.493345323741 = 0.444010791367
//!                                  hi  0.9 * 0.633093525180 = 0.569784172662
//!           on Linux, reach 0.5:   lo  0.5 * 0.167266187050 = 0.083633093525
//!                                  exp 0.5 * 0.493345323741 = 0.24667266187
//!                                  hi  0.5 * 0.633093525180 = 0.31654676259
//!           over both, 0.6 Windows + 0.4 Linux:
//!           lo  0.6 * 0.150539568345 + 0.4 * 0.083633093525 = 0.123776978417
//!           exp 0.6 * 0.444010791367 + 0.4 * 0.246672661871 = 0.365075539569
//!           hi  0.6 * 0.569784172662 + 0.4 * 0.316546762590 = 0.468489208633
//! N-AC      unscored 0.2, attested; 4 of 4 tests, 30 days old, F 1
//!           lo  4 / (4 + 2) = 0.666666666667
//!           exp (4 + 2 * 0.7 * 0.2) / (4 + 2) = 0.713333333333
//!           hi  (4 + 2 * 0.2) / (4 + 2) = 0.733333333333
//! N-IA      unscored 0.2, attested                      exp 0.2 * 0.7 = 0.14               hi 0.2
//! C-MFA     mitigation 0.5, attested, alternative 0.7   exp 0.7 * 0.7 * 0.5 = 0.245        hi 0.7 * 0.5 = 0.35
//! C-TRAIN   User Training 0.2, attested                 exp 0.7 * 0.2 = 0.14               hi 0.2
//! C-APPL    mitigation 0.5, attested, partial 0.5       exp 0.5 * 0.7 * 0.5 = 0.175        hi 0.5 * 0.5 = 0.25   (Windows only)
//! R-RANSOM  number 0.6, basis unknown 0.5; tests 700 days old count for nothing
//!                                                       exp 0.5 * 0.6 = 0.3                hi 0.6
//! R-CRON    number 0.5, tagged, Process Creation on Linux 0.4
//!                                                       exp 0.4 * 0.75 * 0.5 = 0.15        hi 0.4 * 0.5 = 0.2
//! P-BACKUP  high 0.7, attested, respond                 exp 0.7 * 0.7 = 0.49               hi 0.7
//! X-MISC    no strength 0.2, status unknown 0.5, basis unknown 0.5
//!                                                       exp 0.5 * 0.5 * 0.2 = 0.05         hi 0.5 * 0.2 = 0.1
//! R-C2      number 0.8, tagged                          exp 0.75 * 0.8 = 0.6               hi 0.8
//! R-HUNT    stable 0.3, hunting 0.5, tagged, Network Traffic Content 0.5 * 0.8 = 0.4
//!                                                       exp 0.4 * 0.75 * 0.3 * 0.5 = 0.045 hi 0.4 * 0.3 * 0.5 = 0.06
//! C-PLC     moderate 0.5, attested, reach 0.5           exp 0.5 * 0.7 * 0.5 = 0.175        hi 0.5 * 0.5 = 0.25
//! R-SCHED   moderate 0.5, attested, pilot 0.5           exp 0.5 * 0.7 * 0.5 = 0.175        hi 0.5 * 0.5 = 0.25
//! R-ROOT    low 0.3, attested                           exp 0.7 * 0.3 = 0.21               hi 0.3
//! ```
//!
//! Nothing comes from C-PLAN (planned), R-OFF (disabled), R-OLD (deprecated) and R-LIN (Linux
//! only, while T1047 is Windows only).
//!
//! # Coverage
//!
//! A family: `0.8 max + 0.2 (1 - product of (1 - s))`; families, and prevent with detect, join by
//! `1 - product of (1 - c)`; a parent: `1 - (1 - min(own, 0.5)) (1 - mean of sub-techniques)`.
//!
//! ```text
//! T1059.001 detect, R-PS and R-ENC are one family
//!             exp 0.8 * 0.225 + 0.2 * (1 - 0.775 * 0.91) = 0.23895
//!             hi  0.8 * 0.3 + 0.2 * (1 - 0.7 * 0.88) = 0.3168
//!           with prevent by C-APPL
//!             exp 1 - (1 - 0.175) * (1 - 0.23895) = 0.37213375
//!             hi  1 - (1 - 0.25) * (1 - 0.3168) = 0.4876
//! T1059     R-PS names T1059.001 too, so it says nothing here; the mean of three sub-techniques
//!             prevent exp (0.175 + 0.175 + 0) / 3 = 0.116666666667, hi (0.25 + 0.25 + 0) / 3 = 0.166666666667
//!             detect  exp (0.23895 + 0 + 0) / 3 = 0.07965, hi (0.3168 + 0 + 0) / 3 = 0.1056
//!             exp 1 - (1 - 0.116666666667) * (1 - 0.07965) = 0.187024166667
//!             hi  1 - (1 - 0.166666666667) * (1 - 0.1056) = 0.254666666667
//! T1003.001 C-EDR on Windows, R-LSASS
//!             lo  1 - (1 - 0.150539568345) * (1 - 0.36) = 0.456345323741
//!             exp 1 - (1 - 0.444010791367) * (1 - 0.549) = 0.749248866907
//!             hi  1 - (1 - 0.569784172662) * (1 - 0.612) = 0.833076258993
//! T1003     half of it, function by function, since T1003.008 has nothing
//!             lo  1 - (1 - 0.150539568345 / 2) * (1 - 0.36 / 2) = 0.241721223021
//!             exp 1 - (1 - 0.444010791367 / 2) * (1 - 0.549 / 2) = 0.435564914568
//!             hi  1 - (1 - 0.569784172662 / 2) * (1 - 0.612 / 2) = 0.503715107914
//! T1053     own R-SCHED 0.175 / 0.25; sub-techniques R-CRON 0.15 / 0.2 and D-WMI 0.35 / 0.5
//!             exp 1 - (1 - 0.175) * (1 - (0.15 + 0.35) / 2) = 0.38125
//!             hi  1 - (1 - 0.25) * (1 - (0.2 + 0.5) / 2) = 0.5125
//! T1071     own R-C2 0.6 / 0.8, of which 0.5 counts; T1071.001 has nothing: exp 0.5, hi 0.5
//! T1078     C-MFA, C-TRAIN, and N-AC in the unscored family, of which 0.5 counts
//!             exp 1 - (1 - 0.245) * (1 - 0.14) * (1 - 0.5) = 0.67535
//!             hi  1 - (1 - 0.35) * (1 - 0.2) * (1 - 0.5) = 0.74
//! T1110     C-MFA; N-AC and N-IA in the unscored family, again 0.5
//!             exp 1 - (1 - 0.245) * (1 - 0.5) = 0.6225
//!             hi  1 - (1 - 0.35) * (1 - 0.5) = 0.675
//! T1068     C-APPL and N-IA on Windows, N-IA alone on Linux
//!             exp 0.6 * (1 - (1 - 0.175) * (1 - 0.14)) + 0.4 * 0.14 = 0.2303
//!             hi  0.6 * (1 - (1 - 0.25) * (1 - 0.2)) + 0.4 * 0.2 = 0.32
//! T1047     D-WMI, C-APPL
//!             exp 1 - (1 - 0.175) * (1 - 0.35) = 0.46375
//!             hi  1 - (1 - 0.25) * (1 - 0.5) = 0.625
//! T1486     C-EDR on both platforms, R-RANSOM; P-BACKUP only responds
//!             lo  0.123776978 by C-EDR alone
//!             exp 1 - (1 - 0.365075539568) * (1 - 0.3) = 0.555552877698
//!             hi  1 - (1 - 0.468489208633) * (1 - 0.6) = 0.787395683453
//! ```
//!
//! # Threat
//!
//! Shares: APT29 3/6, FIN7 2/6, Lazarus 1/6. Recency of a campaign: 1 up to 730 days, then in a
//! straight line to 0.25 at 1825. C0024 is 1765 days old: past (1765 - 730) / 1095 = 0.945205479452,
//! recency 0.25 * 0.945205479452 + (1 - 0.945205479452) = 0.291095890411. C0022 is 1918 days
//! old, 0.25; C0901 is 275 days old, 1; C0902 has no date, 0.25. Software: one says 0.2, two
//! 1 - 0.8^2 = 0.36, three 1 - 0.8^3 = 0.488, four 1 - 0.8^4 = 0.5904, of which 0.5 counts.
//!
//! Groups by technique, of six: 26 techniques are used by some (10 by one, 12 by two, T1027,
//! T1071.001 and T1105 by three, T1059.001 by five); the nearest rank is ceil(0.9 * 26) = 24, and
//! the 24th is 3. `theta = 0.7 profile + 0.3 min(1, groups / 3)`.
//!
//! ```text
//! T1105     APT29: C0024 and one software 1 - (1 - 0.9 * 0.291095890411) * (1 - 0.2) = 0.409589041096
//!           FIN7: three software 0.488; Lazarus itself: 1
//!           profile 0.409589041096 * 3 / 6 + 0.488 * 2 / 6 + 1 / 6 = 0.534127853881
//!           theta 0.7 * 0.534127853881 + 0.3 * 1 = 0.673889497717
//! T1071.001 APT29: C0024 and one software 0.409589041096, FIN7 itself: 1
//!           profile 0.409589041096 * 3 / 6 + 2 / 6 = 0.538127853881
//!           theta 0.7 * 0.538127853881 + 0.3 * 1 = 0.676689497717
//! T1027     APT29 itself, Lazarus by C0022 0.9 * 0.25 = 0.225
//!           profile 3 / 6 + 0.225 / 6 = 0.5375
//!           theta 0.7 * 0.5375 + 0.3 * 1 = 0.67625
//! T1082     APT29 itself, FIN7 by four software 0.5, Lazarus by one
//!           profile 3 / 6 + 0.5 * 2 / 6 + 0.2 / 6 = 0.7
//!           theta 0.7 * 0.7 + 0.3 * 2 / 3 = 0.69, times impact 0.5: weight 0.69 * 0.5 = 0.345
//! T1490     Lazarus by C0901 and C0902 1 - (1 - 0.9 * 1) * (1 - 0.9 * 0.25) = 0.9225
//!           profile 0.9225 / 6 = 0.15375
//!           theta 0.7 * 0.15375 + 0.3 * 2 / 3 = 0.307625
//! T1566.001 APT29 and FIN7 themselves: profile 3 / 6 + 2 / 6 = 0.833333333333
//!           theta 0.7 * 0.833333333333 + 0.3 * 2 / 3 = 0.783333333333
//! T0843     nobody of the profile, one of the six: theta 0.3 * 1 / 3 = 0.1
//! T1059.001 APT29 and FIN7 themselves: theta 0.7 * 0.833333333333 + 0.3 * 1 = 0.883333333333
//! ```
//!
//! # Headline
//!
//! Weight, coverage and `weight * min(1, coverage / target)`; the target is 0.8, for T1014 0.3.
//!
//! ```text
//! T0843     0.100000000   0.000000000 0.175000000 0.250000000   0.000000000 0.021875000 0.031250000
//! T1003     0.193333333   0.241721223 0.435564915 0.503715108   0.058415962 0.105261521 0.121731151
//! T1003.001 0.573333333   0.456345324 0.749248867 0.833076259   0.327047482 0.536961688 0.573333333
//! T1003.008 0.000000000   0.000000000 0.000000000 0.000000000   0.000000000 0.000000000 0.000000000
//! T1014     0.316666667   0.000000000 0.210000000 0.300000000   0.000000000 0.221666667 0.316666667
//! T1021.004 0.070000000   0.000000000 0.245000000 0.350000000   0.000000000 0.021437500 0.030625000
//! T1027     0.676250000   0.000000000 0.050000000 0.100000000   0.000000000 0.042265625 0.084531250
//! T1041     0.207625000   0.000000000 0.000000000 0.000000000   0.000000000 0.000000000 0.000000000
//! T1047     0.634000000   0.000000000 0.463750000 0.625000000   0.000000000 0.367521875 0.495312500
//! T1053     0.000000000   0.000000000 0.381250000 0.512500000   0.000000000 0.000000000 0.000000000
//! T1053.003 0.100000000   0.000000000 0.150000000 0.200000000   0.000000000 0.018750000 0.025000000
//! T1053.005 0.333333333   0.000000000 0.350000000 0.500000000   0.000000000 0.145833333 0.208333333
//! T1055     0.433333333   0.123776978 0.365075540 0.468489209   0.067045863 0.197749251 0.253764988
//! T1059     0.000000000   0.000000000 0.187024167 0.254666667   0.000000000 0.000000000 0.000000000
//! T1059.001 0.883333333   0.000000000 0.372133750 0.487600000   0.000000000 0.410897682 0.538391667
//! T1059.003 0.403333333   0.000000000 0.175000000 0.250000000   0.000000000 0.088229167 0.126041667
//! T1059.004 0.100000000   0.000000000 0.000000000 0.000000000   0.000000000 0.000000000 0.000000000
//! T1068     0.116666667   0.000000000 0.230300000 0.320000000   0.000000000 0.033585417 0.046666667
//! T1071     0.116666667   0.000000000 0.500000000 0.500000000   0.000000000 0.072916667 0.072916667
//! T1071.001 0.676689498   0.000000000 0.000000000 0.000000000   0.000000000 0.000000000 0.000000000
//! T1078     0.550000000   0.500000000 0.675350000 0.740000000   0.343750000 0.464303125 0.508750000
//! T1082     0.345000000   0.000000000 0.000000000 0.000000000   0.000000000 0.000000000 0.000000000
//! T1105     0.673889498   0.000000000 0.045000000 0.060000000   0.000000000 0.037906284 0.050541712
//! T1110     0.305000000   0.500000000 0.622500000 0.675000000   0.190625000 0.237328125 0.257343750
//! T1190     0.550000000   0.000000000 0.680000000 0.800000000   0.000000000 0.467500000 0.550000000
//! T1486     0.316666667   0.123776978 0.555552878 0.787395683   0.048995054 0.219906347 0.311677458
//! T1490     0.307625000   0.000000000 0.000000000 0.000000000   0.000000000 0.000000000 0.000000000
//! T1566     0.000000000   0.000000000 0.140000000 0.200000000   0.000000000 0.000000000 0.000000000
//! T1566.001 0.783333333   0.000000000 0.140000000 0.200000000   0.000000000 0.137083333 0.195833333
//! sum       9.766078995                                    1.035879362 3.848978607 4.798711143
//!
//! lo  1.035879361511 / 9.766078995434 = 0.106069115558
//! exp 3.848978606863 / 9.766078995434 = 0.394117087181
//! hi  4.798711142784 / 9.766078995434 = 0.49136517788
//! proven of claimed 1.035879361511 / 4.798711142784 = 0.215866162953
//! ```
//!
//! Of the 24 leaves, at least 0.1: proven 5 (T1003.001, T1055, T1078, T1110, T1486), expected 16
//! (all with evidence but T1027 and T1105), claimed 17 (T1027 has 0.1 exactly). At target:
//! expected none, claimed 3 (T1003.001, T1014 with 0.3 of 0.3, T1190 with 0.8 of 0.8).
//!
//! # Two tactics and an adversary
//!
//! ```text
//! Credential Access: T1003, T1003.001, T1003.008, T1110, which have no other tactic
//!           weight 0.193333333333 + 0.573333333333 + 0 + 0.305 = 1.071666666666
//!           met    0.105261521000 + 0.536961687949 + 0 + 0.237328125 = 0.879551333949
//!           coverage 0.879551333949 / 1.071666666666 = 0.820732193421
//!           share    1.071666666666 / 9.766078995434 = 0.109733565248
//! Persistence: T1053, T1053.003 and T1053.005 have three tactics each, T1078 has four
//!           weight 0 / 3 + 0.1 / 3 + 0.333333333333 / 3 + 0.55 / 4 = 0.281944444444
//!           met    0 / 3 + 0.01875 / 3 + 0.145833333333 / 3 + 0.464303125 / 4 = 0.170936892361
//!           coverage 0.170936892361 / 0.281944444444 = 0.606278633005
//!           share    0.281944444444 / 9.766078995434 = 0.028869768981
//! FIN7: chance of use times the part of the target that is met
//!           T1053.005 1, T1059.001 1, T1059.003 1, T1071.001 1, T1566.001 1: met
//!           0.35 / 0.8 + 0.37213375 / 0.8 + 0.175 / 0.8 + 0 + 0.14 / 0.8 = 1.2964171875
//!           T1021.004 0.2, T1055 0.2, T1068 0.2, T1071 0.2 (one software each): met
//!           0.2 * (0.245 + 0.365075539568 + 0.2303 + 0.5) / 0.8 = 0.335093884892
//!           T1047 0.36 (two), T1105 0.488 (three), T1082 0.5 (four, the most): met
//!           (0.36 * 0.46375 + 0.488 * 0.045 + 0.5 * 0) / 0.8 = 0.2361375
//!           coverage (1.2964171875 + 0.335093884892 + 0.2361375) / (5 + 0.8 + 0.36 + 0.488 + 0.5) = 0.261282676608
//!           12 techniques in scope; T1021.001 is out
//! ```
//!
//! # Gaps
//!
//! `100 weight gap (1 + 0.25 choke) / 1.25`, `gap = (0.8 - expected) / 0.8`.
//!
//! ```text
//! 1 T1071.001 100 * 0.676689497717 * 1 / 1.25 = 54.13515981736
//! 2 T1566.001 100 * 0.783333333333 * (0.8 - 0.14) / 0.8 / 1.25 = 51.699999999978
//! 3 T1105     100 * 0.673889497717 * (0.8 - 0.045) / 0.8 / 1.25 = 50.878657077633
//! 4 T1027     100 * 0.67625 * (0.8 - 0.05) / 0.8 / 1.25 = 50.71875
//! 5 T1059.001 100 * 0.883333333333 * (0.8 - 0.37213375) / 0.8 * (1 + 0.25) / 1.25 = 47.243565104149
//!   (a choke point by its parent)
//!
//! Ease of T1105: Process Creation 0.9 on Windows and 0.4 on Linux, Network Traffic Content 0.4:
//!   telemetry 0.6 * (0.9 + 0.4) / 2 + 0.4 * (0.4 + 0.4) / 2 = 0.55; 2 of 5 rules; 1 of 3 mitigations (M1031)
//!   ease 0.5 * 0.55 * 2 / 5 + 0.5 * 1 / 3 = 0.276666666667
//!   quick win 50.878657077634 * (0.5 + 0.5 * 0.276666666667) = 32.477542767898
//! ```

use super::{assert_near, assert_range, technique};
use crate::assessment::Assessment;
use crate::diagnostic::Code;
use crate::fixture::Fixture;

const WORLD: &str = r#"
    as_of 2025-12-01
    platforms Windows=0.6 Linux=0.4

    tactic TA0001 initial-access "Initial Access"
    tactic TA0002 execution Execution
    tactic TA0003 persistence Persistence
    tactic TA0004 privilege-escalation "Privilege Escalation"
    tactic TA0005 defense-evasion "Defense Evasion"
    tactic TA0006 credential-access "Credential Access"
    tactic TA0007 discovery Discovery
    tactic TA0008 lateral-movement "Lateral Movement"
    tactic TA0011 command-and-control "Command and Control"
    tactic TA0010 exfiltration Exfiltration
    tactic TA0040 impact Impact
    tactic TA0043 reconnaissance Reconnaissance

    technique T0843 "Program Download" in lateral-movement
    technique T1003 "OS Credential Dumping" in credential-access on Windows,Linux
    technique T1003.001 "LSASS Memory" in credential-access on Windows
    technique T1003.008 "/etc/passwd and /etc/shadow" in credential-access on Linux
    technique T1014 Rootkit in defense-evasion on Windows,Linux
    technique T1021 "Remote Services" in lateral-movement on Windows,Linux
    technique T1021.001 "Remote Desktop Protocol" in lateral-movement on Windows
    technique T1021.004 SSH in lateral-movement on Linux,macOS
    technique T1027 "Obfuscated Files or Information" in defense-evasion on Windows,Linux
    technique T1041 "Exfiltration Over C2 Channel" in exfiltration on Windows,Linux
    technique T1047 "Windows Management Instrumentation" in execution on Windows
    technique T1053 "Scheduled Task/Job" in execution,persistence,privilege-escalation on Windows,Linux
    technique T1053.003 Cron in execution,persistence,privilege-escalation on Linux,macOS
    technique T1053.005 "Scheduled Task" in execution,persistence,privilege-escalation on Windows
    technique T1055 "Process Injection" in defense-evasion,privilege-escalation on Windows,Linux,macOS
    technique T1059 "Command and Scripting Interpreter" in execution on Windows,Linux,macOS
    technique T1059.001 PowerShell in execution on Windows
    technique T1059.003 "Windows Command Shell" in execution on Windows
    technique T1059.004 "Unix Shell" in execution on Linux,macOS
    technique T1068 "Exploitation for Privilege Escalation" in privilege-escalation on Windows,Linux
    technique T1071 "Application Layer Protocol" in command-and-control on Windows,Linux
    technique T1071.001 "Web Protocols" in command-and-control on Windows,Linux
    technique T1078 "Valid Accounts" in initial-access,persistence,privilege-escalation,defense-evasion on Windows,Linux
    technique T1078.004 "Cloud Accounts" in initial-access on IaaS
    technique T1082 "System Information Discovery" in discovery on Windows,Linux
    technique T1105 "Ingress Tool Transfer" in command-and-control on Windows,Linux
    technique T1110 "Brute Force" in credential-access on Windows,Linux
    technique T1190 "Exploit Public-Facing Application" in initial-access on Windows,Linux
    technique T1200 "Hardware Additions" in initial-access on Windows,Linux
    technique T1486 "Data Encrypted for Impact" in impact on Windows,Linux
    technique T1490 "Inhibit System Recovery" in impact on Windows,Linux
    technique T1566 Phishing in initial-access on Windows,Linux
    technique T1566.001 "Spearphishing Attachment" in initial-access on Windows,Linux
    technique T1595 "Active Scanning" in reconnaissance on PRE

    mitigation M1017 "User Training" of T1078,T1566.001
    mitigation M1031 "Network Intrusion Prevention" of T1041,T1071.001,T1105
    mitigation M1032 "Multi-factor Authentication" of T1021.001,T1021.004,T1078,T1110
    mitigation M1038 "Execution Prevention" of T1047,T1059.001,T1059.003,T1068
    mitigation M1055 "Do Not Mitigate" of T1105
    component DC0032 "Process Creation" shows T1003.001,T1053.003,T1059.001,T1105
    component DC0085 "Network Traffic Content" shows T1071.001,T1105
    component DC0067 "Logon Session Creation" shows T1078
    choke T1003.001 0.4
    choke T1055 0.6
    choke T1059 1
    rules T1059.001 12
    rules T1105 2

    software S0002 Mimikatz uses T1003,T1003.001
    software S0154 "Cobalt Strike" uses T1021.001,T1047,T1055,T1059.001,T1059.003,T1068,T1071,T1071.001,T1082,T1105
    software S0029 PsExec uses T1021.004,T1082,T1105
    software S0030 Carbanak uses T1082,T1105
    software S0417 GRIFFON uses T1047,T1082
    campaign C0024 "SolarWinds Compromise" uses T1059.001,T1071.001,T1078,T1082,T1105 last 2021-01-31
    campaign C0022 "Operation Dream Job" uses T1027,T1041,T1105 software S0029 last 2020-08-31
    campaign C0901 "A recent campaign" uses T1041,T1110,T1486,T1490 last 2025-03-01
    campaign C0902 "A campaign without a date" uses T1490
    group G0016 APT29 uses T1003.001,T1027,T1047,T1059.001,T1078,T1078.004,T1082,T1190,T1566.001 software S0002,S0154 campaigns C0024
    group G0046 FIN7 uses T1021.001,T1053.005,T1059.001,T1059.003,T1071.001,T1566.001 software S0154,S0029,S0030,S0417
    group G0032 "Lazarus Group" uses T1014,T1055,T1105,T1486,T1595 software S0002 campaigns C0022,C0901,C0902
    group G0007 APT28 uses T1003,T1003.001,T1027,T1059.001,T1078,T1110,T1190
    group G0010 Turla uses T1014,T1053.003,T1055,T1059.001,T1059.004,T1071.001,T1082,T1105
    group G0034 "Sandworm Team" uses T0843,T1047,T1059.001,T1200,T1486,T1490,T1595
    profile G0016=3 G0046=2 G0032=1
    impact T1082 0.5

    exclude T1200 "nobody reaches our ports"
    decide T1014 opportunistic until 2026-12-01 reason "hardly visible"
    decide T1021 exclude until 2026-12-01 reason "behind a gateway"
    decide T1021.004 fix due 2025-06-30 owner Ada
    decide T1027 accept until 2025-11-30 reason "was decided last year"
    decide T1082 accept until 2025-12-01 reason "no harm in looking"

    have R-PS rule detect T1059,T1059.001 rule_status=stable rule_level=high status=enabled basis=tagged family=windows/script
    have R-ENC rule detect T1059.001 rule_status=test rule_level=low status=enabled basis=tagged family=windows/script
    have R-LSASS rule detect T1003.001,DC0032 stp=4 rule_level=medium status=enabled basis=tagged tests=2/3/2025-10-02
    have C-WAF control prevent T1190 ctid=significant basis=published
    have D-WMI rule detect T1047,T1053.005 dettect=3 status=enabled basis=attested
    have C-EDR control prevent T1003.001,T1055,T1486 level=high basis=attested scope=Windows:0.9,Linux:0.5 tests=1/2/2025-03-04
    have N-AC control prevent T1078,T1110 unscored=true basis=attested family=N-AC tests=4/4/2025-11-01
    have N-IA control prevent T1068,T1110 unscored=true basis=attested
    have C-MFA control prevent M1032 status=alternative basis=attested
    have C-TRAIN control prevent M1017 basis=attested
    have C-APPL control prevent M1038 status=partial basis=attested platforms=Windows
    have R-RANSOM rule detect T1486 strength=0.6 status=enabled basis=unknown tests=3/3/2024-01-01
    have R-CRON rule detect T1053.003,DC0032 strength=0.5 status=enabled basis=tagged
    have P-BACKUP control respond T1486,T1490 level=high basis=attested
    have X-MISC control prevent T1027 status=unknown basis=unknown
    have R-C2 rule detect T1071 strength=0.8 status=enabled basis=tagged
    have R-HUNT rule detect T1105,DC0085 rule_status=stable rule_level=medium hunting=true status=enabled basis=tagged
    have C-PLC control prevent T0843 level=moderate basis=attested scope=Windows:0.5
    have R-SCHED rule detect T1053 level=moderate status=pilot basis=attested
    have R-ROOT rule detect T1014 level=low status=enabled basis=attested
    have C-PLAN control prevent T1190 level=very_high status=planned
    have R-OFF rule detect T1041 stp=5 status=disabled basis=tagged
    have R-OLD rule detect T1105 rule_status=deprecated status=enabled basis=tagged
    have R-LIN rule detect T1047 strength=0.5 status=enabled basis=tagged platforms=Linux
    have S-PROC source observe DC0032 telemetry=Windows:0.9,Linux:0.4
    have S-NET source observe DC0085 telemetry=0.8 status=partial
"#;

fn assessment() -> Assessment {
    Fixture::parse(WORLD).assess()
}

fn assert_evidence(assessment: &Assessment, id: &str, capability: &str, expected: [f64; 3]) {
    let evidence = &technique(assessment, id).evidence;
    let evidence = evidence.iter().find(|e| e.capability == capability);
    let evidence = evidence.unwrap_or_else(|| panic!("{capability} does not reach {id}"));
    for (actual, expected) in [evidence.lo, evidence.exp, evidence.hi].into_iter().zip(expected) {
        assert_near(actual, expected, &format!("{capability} on {id}"));
    }
}

#[test]
fn each_capability_is_as_strong_as_reckoned() {
    let assessment = assessment();
    let check = |id, capability, expected| assert_evidence(&assessment, id, capability, expected);
    check("T1059.001", "R-PS", [0.0, 0.225, 0.3]);
    check("T1059.001", "R-ENC", [0.0, 0.09, 0.12]);
    check("T1003.001", "R-LSASS", [0.36, 0.549, 0.612]);
    check("T1190", "C-WAF", [0.0, 0.68, 0.8]);
    check("T1047", "D-WMI", [0.0, 0.35, 0.5]);
    check("T1053.005", "D-WMI", [0.0, 0.35, 0.5]);
    let on_windows = [0.150539568345, 0.444010791367, 0.569784172662];
    check("T1003.001", "C-EDR", on_windows);
    let on_both = [0.123776978417, 0.365075539569, 0.468489208633];
    check("T1055", "C-EDR", on_both);
    check("T1486", "C-EDR", on_both);
    let tested = [0.666666666667, 0.713333333333, 0.733333333333];
    check("T1078", "N-AC", tested);
    check("T1110", "N-AC", tested);
    check("T1110", "N-IA", [0.0, 0.14, 0.2]);
    check("T1068", "N-IA", [0.0, 0.14, 0.2]);
    check("T1021.004", "C-MFA", [0.0, 0.245, 0.35]);
    check("T1566.001", "C-TRAIN", [0.0, 0.14, 0.2]);
    check("T1047", "C-APPL", [0.0, 0.175, 0.25]);
    check("T1068", "C-APPL", [0.0, 0.6 * 0.175, 0.6 * 0.25]);
    check("T1486", "R-RANSOM", [0.0, 0.3, 0.6]);
    check("T1053.003", "R-CRON", [0.0, 0.15, 0.2]);
    check("T1490", "P-BACKUP", [0.0, 0.49, 0.7]);
    check("T1027", "X-MISC", [0.0, 0.05, 0.1]);
    check("T1071", "R-C2", [0.0, 0.6, 0.8]);
    check("T1105", "R-HUNT", [0.0, 0.045, 0.06]);
    check("T0843", "C-PLC", [0.0, 0.175, 0.25]);
    check("T1053", "R-SCHED", [0.0, 0.175, 0.25]);
    check("T1014", "R-ROOT", [0.0, 0.21, 0.3]);
}

#[test]
fn what_is_off_and_what_meets_no_platform_counts_for_nothing() {
    let assessment = assessment();
    let counted = |id: &str| {
        let reached = |t: &&crate::assessment::TechniqueAssessment| {
            t.evidence.iter().any(|e| e.capability == id)
        };
        assessment.techniques.iter().filter(reached).count()
    };
    for id in ["C-PLAN", "R-OFF", "R-OLD", "R-LIN", "S-PROC", "S-NET"] {
        assert_eq!(counted(id), 0, "{id}");
    }
    assert_eq!(counted("C-APPL"), 4);
}

#[test]
fn each_technique_is_covered_as_reckoned() {
    let assessment = assessment();
    let check = |id, expected| {
        assert_range(technique(&assessment, id).coverage.composite, expected, id);
    };
    check("T1059.001", [0.0, 0.37213375, 0.4876]);
    check("T1059", [0.0, 0.187024166667, 0.254666666667]);
    check("T1003.001", [0.456345323741, 0.749248866907, 0.833076258993]);
    check("T1003", [0.241721223021, 0.435564914568, 0.503715107914]);
    check("T1053", [0.0, 0.38125, 0.5125]);
    check("T1071", [0.0, 0.5, 0.5]);
    check("T1078", [0.5, 0.67535, 0.74]);
    check("T1110", [0.5, 0.6225, 0.675]);
    check("T1068", [0.0, 0.2303, 0.32]);
    check("T1047", [0.0, 0.46375, 0.625]);
    check("T1486", [0.123776978417, 0.555552877698, 0.787395683453]);
    check("T1490", [0.0, 0.0, 0.0]);
    check("T1041", [0.0, 0.0, 0.0]);
    check("T0843", [0.0, 0.175, 0.25]);
    check("T1566", [0.0, 0.14, 0.2]);
    let parent = technique(&assessment, "T1059").coverage;
    assert_range(parent.prevent, [0.0, 0.116666666667, 0.166666666667], "T1059 prevent");
    assert_range(parent.detect, [0.0, 0.07965, 0.1056], "T1059 detect");
    let backed_up = technique(&assessment, "T1490").coverage.respond;
    assert_range(backed_up, [0.0, 0.49, 0.7], "T1490 respond");
}

#[test]
fn each_technique_is_as_likely_as_reckoned() {
    let assessment = assessment();
    let check = |id, profile, baseline, theta| {
        let threat = &technique(&assessment, id).threat;
        assert_near(threat.profile, profile, &format!("profile of {id}"));
        assert_near(threat.baseline, baseline, &format!("baseline of {id}"));
        assert_near(threat.value, theta, &format!("theta of {id}"));
    };
    check("T1105", 0.534127853881, 1.0, 0.673889497717);
    check("T1071.001", 0.538127853881, 1.0, 0.676689497717);
    check("T1027", 0.5375, 1.0, 0.67625);
    check("T1082", 0.7, 0.666666666667, 0.69);
    check("T1490", 0.15375, 0.666666666667, 0.307625);
    check("T1566.001", 0.833333333333, 0.666666666667, 0.783333333333);
    check("T0843", 0.0, 0.333333333333, 0.1);
    check("T1059.001", 0.833333333333, 1.0, 0.883333333333);
    check("T1059", 0.0, 0.0, 0.0);
    let shares = &technique(&assessment, "T1105").threat.by_adversary;
    assert_near(shares["G0016"], 0.409589041096 / 2.0, "by APT29");
    assert_near(shares["G0046"], 0.488 / 3.0, "by FIN7");
    assert_near(shares["G0032"], 1.0 / 6.0, "by Lazarus Group");
    assert_near(technique(&assessment, "T1082").threat.impact, 0.5, "impact");
}

#[test]
fn the_headline_is_as_reckoned() {
    let Assessment { headline, scope, .. } = assessment();
    assert_range(
        headline.threat_weighted,
        [0.106069115558, 0.394117087181, 0.49136517788],
        "threat-weighted",
    );
    assert_near(headline.validated_share, 0.215866162953, "validated share");
    assert_range(headline.raw_any, [5.0 / 24.0, 16.0 / 24.0, 17.0 / 24.0], "any");
    assert_range(headline.raw_at_target, [0.0, 0.0, 3.0 / 24.0], "at target");
    assert_eq!((scope.techniques, scope.leaves, scope.out_of_scope), (29, 24, 5));
}

#[test]
fn tactics_and_adversaries_are_covered_as_reckoned() {
    let assessment = assessment();
    let check = |id: &str, coverage, share| {
        let tactic = assessment.tactics.iter().find(|t| t.id == id).unwrap();
        assert_near(tactic.threat_weighted, coverage, &tactic.name);
        assert_near(tactic.weight_share, share, &tactic.name);
    };
    check("TA0006", 0.82073219344, 0.109733565248);
    check("TA0003", 0.606278633005, 0.028869768981);
    assert!(assessment.tactics.iter().all(|t| t.id != "TA0043"));
    let fin7 = assessment.adversaries.iter().find(|a| a.id == "G0046").unwrap();
    assert_near(fin7.coverage, 0.261282676608, "FIN7");
    assert_eq!((fin7.techniques_in_scope, fin7.out_of_scope), (12, 1));
}

#[test]
fn the_gaps_come_in_the_order_reckoned() {
    let assessment = assessment();
    let expected = [
        ("T1071.001", 54.135159817352),
        ("T1566.001", 51.7),
        ("T1105", 50.878657077626),
        ("T1027", 50.71875),
        ("T1059.001", 47.243565104167),
        ("T1059.003", 31.510416666667),
    ];
    for (rank, (gap, (id, priority))) in assessment.gaps().iter().zip(expected).enumerate() {
        assert_eq!((gap.id.to_string().as_str(), gap.rank), (id, Some(rank + 1)));
        assert_near(gap.priority, priority, id);
    }
    let transfer = technique(&assessment, "T1105");
    assert_near(transfer.gap, 0.94375, "gap");
    assert_near(transfer.ease.telemetry, 0.55, "telemetry");
    assert_eq!((transfer.ease.public_rules, transfer.ease.mitigations), (2, 1));
    assert_near(transfer.ease.value, 0.276666666667, "ease");
    assert_near(transfer.quick_win, 32.477542767898, "quick win");
    let without = ["T1003.008", "T1053", "T1059", "T1566"];
    for id in without {
        assert_eq!(technique(&assessment, id).rank, None, "nobody uses {id}");
    }
    let ranked = assessment.techniques.iter().filter(|t| t.rank.is_some());
    assert_eq!(ranked.count(), 29 - without.len());
}

#[test]
fn each_decision_does_what_it_says() {
    let assessment = assessment();
    let decided = technique(&assessment, "T1014");
    assert_near(decided.target, 0.3, "opportunistic");
    assert_near(decided.priority, 7.6, "100 * 0.316666667 * 0.3 / 1.25");
    let accepted = technique(&assessment, "T1082");
    assert_eq!(accepted.rank, Some(7), "the number stays");
    assert_near(accepted.priority, 27.6, "100 * 0.345 * 1 / 1.25");
    assert!(assessment.gaps().iter().all(|gap| gap.id != accepted.id));
    assert_eq!(assessment.accepted(), [accepted]);
    let excluded = assessment.scope.excluded.iter();
    let excluded: Vec<String> = excluded.map(|e| e.technique.to_string()).collect();
    assert_eq!(excluded, ["T1021", "T1200"]);
    let codes: Vec<Code> = assessment.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(
        codes,
        [Code::PlatformMismatch, Code::ExpiredDisposition, Code::OverdueDisposition,]
    );
    assert!(technique(&assessment, "T1027").disposition.is_none());
}
