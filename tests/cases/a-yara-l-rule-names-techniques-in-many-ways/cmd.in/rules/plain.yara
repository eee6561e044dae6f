rule a_file_rule {
  meta:
    technique = "T1027"
  strings:
    $a = "x"
  condition:
    $a
}
