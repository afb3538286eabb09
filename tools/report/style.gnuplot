# style.gnuplot: how all pictures look.  Variables: terminal (png or svg), output.
if (terminal eq "png") {
	set terminal pngcairo size 960,360 font "DejaVu Sans,10" background "#ffffff" rounded
} else {
	set terminal svg size 960,360 dynamic rounded background "#ffffff" font "DejaVu Sans,Verdana,sans-serif,12"
}
set output output
set encoding utf8
set datafile separator "\t"
set datafile missing "-"
set border 3 lw 1 lc rgb "#9aa5b1"
set tics nomirror out scale 0.5 textcolor rgb "#3e4c59"
set grid ytics lt 1 lw 1 lc rgb "#e4e7eb"
set lmargin 11
set rmargin 3
set tmargin 3.2
set bmargin 3.4
set key at graph 1, screen 0.96 right top horizontal reverse Left noenhanced samplen 2 textcolor rgb "#3e4c59"
set yrange [0:*]
set xlabel textcolor rgb "#3e4c59" offset 0,0.4
set ylabel textcolor rgb "#3e4c59"
